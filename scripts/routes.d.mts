export const ROUTES_MODULE: string;
export function routesSource(): string;
