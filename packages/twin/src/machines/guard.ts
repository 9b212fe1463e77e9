// Preloaded into every Machine (node --import). Two blue-green Machines share an internal port: each gets a free one on loopback and reports which.
import net from 'node:net';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);
const listen = net.Server.prototype.listen as (...args: unknown[]) => net.Server;
const connect = net.Socket.prototype.connect as (...args: unknown[]) => net.Socket;

Object.assign(net.Server.prototype, {
  listen(this: net.Server, ...args: unknown[]): net.Server {
    const [first] = args;
    const wanted = typeof first === 'object' && first !== null && 'port' in first ? Number(first.port) : Number(first);
    const callback = args.find((argument) => typeof argument === 'function');
    if (!Number.isInteger(wanted)) return listen.apply(this, args);
    this.once('listening', () => {
      const address = this.address();
      if (typeof address === 'object' && address !== null) process.send?.({ wanted, port: address.port });
    });
    return listen.apply(this, [{ host: '127.0.0.1', port: 0 }, ...(callback === undefined ? [] : [callback])]);
  },
});

Object.assign(net.Socket.prototype, {
  connect(this: net.Socket, ...args: unknown[]): net.Socket {
    const [first] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
    const options = typeof first === 'object' && first !== null ? (first as { host?: string; path?: string }) : { host: typeof args[1] === 'string' ? args[1] : 'localhost' };
    const host = options.host ?? 'localhost';
    if (options.path === undefined && !LOOPBACK.has(host)) {
      process.nextTick(() => this.destroy(Object.assign(new Error(`connect ENETUNREACH ${host}: a Machine of the twin reaches only this machine`), { code: 'ENETUNREACH' })));
      return this;
    }
    return connect.apply(this, args);
  },
});
