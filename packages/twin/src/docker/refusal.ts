/** What the stand-in will not do, said as docker says it: one line, no stack. */
export class Refusal extends Error {}
