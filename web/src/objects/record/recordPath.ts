/** Address of a record's page. Some objects have a route of their own, so the router's generic template does not serve. */
export const recordPath = (path: string, id: string) => `/${path}/${id}`;
