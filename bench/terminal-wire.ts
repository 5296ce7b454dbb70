/** What the terminal of the bench is asked, and answers. */
export const flood = 'print'
/** Of one output. */
export const messages = 1000
export const messageSize = 4096
