import { input } from '@vendure-deploy/shared/action';

export const inputs = {
  operation: input.choice({ description: 'acquire, release, status, or force (acquire it whoever holds it)', values: ['acquire', 'release', 'status', 'force'], required: true }),
  environment: input.text({ description: 'Environment whose lock is meant, as in the configuration', required: true }),
  'github-token': input.secret({ description: 'Token that may write contents of the lock repository, and read the runs of whoever may hold the lock', required: true }),
  'lock-repository': input.text({ description: 'owner/name of the repository that holds the lock (empty: this one)' }),
  hold: input.choice({ description: 'run: until a release step of this run; job: until this job ends', values: ['run', 'job'], default: 'run' }),
  'wait-seconds': input.seconds({ description: 'How long acquire waits for another holder, in seconds', default: '0', max: 21_600 }),
  'job-id': input.text({ description: "GitHub's number of this job, job.check_run_id: by it a holder for one job is looked up, and jobs of one name are told apart (empty: by the run)" }),
  steal: input.boolean({ description: 'acquire takes the lock also from a machine that has not renewed it for 120 s; give `wait-seconds` of more than that', default: 'false' }),
  reason: input.text({ description: "Why, as a person would say it; stands in the lock's history. force needs it" }),
  'confirm-environment': input.text({ description: 'For force: the name of the environment, typed once more' }),
};
