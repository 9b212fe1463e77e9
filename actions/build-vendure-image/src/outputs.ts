/** None holds the registry's address: GitHub drops an output that contains a secret, and the address may be one. */
export const outputs = {
  'image-tag': 'Tag of the image, without registry and repository',
  'image-digest': 'Digest of the manifest that the tag names',
  'platform-digest': 'Digest of the linux/amd64 image, which Fly records; of an image without an index the same',
  source: 'reused, promoted or built',
  'summary-file': 'Path of the .summary.json, written however the action ends',
} as const;
