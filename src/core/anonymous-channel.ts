/** The channel of everybody who is in no other [TAK Server 5.7 groups]. */
export const ANONYMOUS_CHANNEL = '__ANON__';
