import type { PostContext } from '@vendure-deploy/shared/action';
import { post as finishGradual } from './gradual/post.ts';
import { post as finishLane } from './lane/post.ts';

/** What a main step that did not come to its end has left to be undone; each knows by its own mark whether there is anything. */
export async function post(context: PostContext): Promise<void> {
  await finishGradual(context);
  await finishLane(context);
}
