export function findPgBouncer(): Promise<string | null>;
export const NO_PGBOUNCER: string;
