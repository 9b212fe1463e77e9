import { BlockList, isIP } from 'node:net';

const inside = new BlockList();
for (const [network, prefix] of [['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.168.0.0', 16]] as const) inside.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [['::1', 128], ['fc00::', 7], ['fe80::', 10]] as const) inside.addSubnet(network, prefix, 'ipv6');

/**
 * Whether an answer of one host may send us to another: a public host never to an address of the inside (loopback, private, link-local: a cloud's metadata
 * service among them), which it can name and we can reach. Names are not resolved: a name that its owner points inside is not caught by this.
 */
export function mayLead(from: URL, to: URL): boolean {
  return !isInside(to.hostname) || isInside(from.hostname);
}

function isInside(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (address === 'localhost') return true;
  const family = isIP(address);
  return family !== 0 && inside.check(address, family === 6 ? 'ipv6' : 'ipv4');
}
