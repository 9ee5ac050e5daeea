/** The tenant of the server's own access key and token, and of everything from before there were others. */
export const OWN_TENANT = 'default';
