/**
 * COPY … FROM STDIN, for those who load it only when they need it: a bundle keeps the names of a CommonJS package
 * for static imports alone.
 */
export { from as copyFrom } from "pg-copy-streams";
