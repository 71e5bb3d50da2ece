// A type whose fields may be written: for drafts of what is read-only once it is made.

export type Mutable<T> = { -readonly [K in keyof T]: T[K] }
