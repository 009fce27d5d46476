/** A verb's whole answer for programs. */
export const printJson = (value: unknown): void => console.log(JSON.stringify(value, null, 2));
