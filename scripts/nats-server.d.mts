export function findNatsServer(): Promise<string | null>;
export const NO_NATS_SERVER: string;
