import { input } from '@vendure-deploy/shared/action';

export const inputs = {
  operation: input.choice({ description: 'acquire, release or status', values: ['acquire', 'release', 'status'], required: true }),
  environment: input.text({ description: 'Environment whose lock is meant, as in the configuration', required: true }),
  'github-token': input.secret({ description: 'Token that may write contents of the lock repository', required: true }),
  'lock-repository': input.text({ description: 'owner/name of the repository that holds the lock (empty: this one)' }),
  hold: input.choice({ description: 'run: until a release step of this run; job: until this job ends', values: ['run', 'job'], default: 'run' }),
  'wait-seconds': input.seconds({ description: 'How long acquire waits for another holder, in seconds', default: '0', max: 21_600 }),
  'job-id': input.text({ description: 'Tells jobs of one name apart, as those of a matrix: job.check_run_id (empty: the job\'s name)' }),
};
