/** Where in its kind a file belongs: every id as text, and nothing else. Keys are made from it, events and gates are told it. */
export type Place = Readonly<Record<string, string>>;
