/** An action for the tests of the kernel: what it does is said by its input `play`. */
import { defineAction, input, runAction, UserError } from '@vendure-deploy/shared/action';
import { childEnvironment, runTool } from '@vendure-deploy/shared/tools';

await runAction(
  defineAction({
    name: 'probe-action',
    description: 'Plays one part',
    inputs: {
      play: input.choice({ description: 'the part', values: ['well', 'user-error', 'bug', 'wait', 'child', 'deaf'], required: true }),
      'api-token': input.secret({ description: 'a token' }),
      flag: input.boolean({ description: 'a flag', default: 'false' }),
    },
    outputs: { seen: 'what was seen', never: 'is never set' },
    async run({ inputs, signal, log, clock, summary, state }) {
      state.save('kept', 'from main');
      summary.add(`# token ${inputs['api-token'].reveal()}`);
      log.info(`token ${inputs['api-token'].reveal()} in base64 ${Buffer.from(`x:${inputs['api-token'].reveal()}`).toString('base64')}`);
      if (inputs.play === 'user-error') throw new UserError('the shop is closed. Come back tomorrow.');
      if (inputs.play === 'bug') throw new TypeError('wrong turn', { cause: new Error('no map') });
      if (inputs.play === 'wait') await clock.sleep(60_000, signal);
      if (inputs.play === 'deaf') await clock.sleep(60_000);
      if (inputs.play === 'child') {
        const script = `process.on('SIGINT',()=>{});process.on('SIGTERM',()=>{});const c=require('child_process').spawn(process.execPath,['-e','setInterval(()=>{},1e3)']);console.log('::error::forged');console.log('pids',process.pid,c.pid);setInterval(()=>{},1e3)`;
        await runTool({ command: process.execPath, args: ['-e', script], environment: childEnvironment({}), deadlineMs: 60_000, signal, log });
        signal.throwIfAborted();
      }
      const left = Object.keys(process.env).includes('INPUT_API-TOKEN');
      return { decision: 'done', reasonCode: 'target-serves', message: 'it is done', outputs: { seen: String(left) }, result: { extra: 1 }, ...(inputs.flag ? { notes: [{ kind: 'healed', what: `the token was ${inputs['api-token'].reveal()}` }] } : {}) };
    },
    async post({ state, log, input: read }) {
      log.info(`post has ${state.read('kept')}`);
      if (read('play') === 'user-error') throw new UserError('cannot tidy up');
    },
  }),
);
