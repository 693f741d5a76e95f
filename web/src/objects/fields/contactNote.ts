import { type ComponentType, createContext } from "react";

/** Says beside an address whether it may be used; it knows the record by `MentionAbout`. */
export const ContactNote = createContext<ComponentType<{ channel: "email" | "phone" }> | null>(
  null,
);
