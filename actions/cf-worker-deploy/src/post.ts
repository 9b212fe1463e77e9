import type { PostContext } from '@vendure-deploy/shared/action';
import { post as finishGradual } from './gradual/post.ts';
import { closeUnsettledLane } from './lane/post.ts';

/** What a main step that was cancelled, killed or failed in itself has left behind; each operation knows its own mark. */
export async function post(context: PostContext): Promise<void> {
  await finishGradual(context);
  await closeUnsettledLane(context);
}
