/** What keeps Parley from starting, as one sentence for the person who started it. No stack trace goes with it. */
export class StartError extends Error {}
