import { UserError } from '@vendure-deploy/shared/action';

/** The tag rule of the distribution spec. @throws {UserError} */
export function imageTag(given: string, environment: string, sha: string): string {
  const tag = given === '' ? `${environment}-${sha}` : given;
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(tag)) throw new UserError(`build-vendure-image: input \`image-tag\` is ${JSON.stringify(tag)}. Allowed: letters, digits, "_", "." and "-", at most 128. Leave it empty to use ${environment}-<sha>.`);
  return tag;
}
