import Formatted from "markdown-to-jsx/react";
import type { ComponentProps, ReactNode } from "react";
import mention from "@/objects/mention/mention.module.css";
import { segmentsOf } from "@/objects/mention/mentionText";
import styles from "./richtext.module.css";

const user = "user:";
const leadsOut = /^(?:https?:\/\/|mailto:|tel:)/i;

/** A link as far as it leads to the web, to mail or to a telephone; a colleague's name; else its words. */
function Link({ href = "", children }: ComponentProps<"a">) {
  if (href.startsWith(user)) return <span className={mention.name}>{children}</span>;
  if (!leadsOut.test(href)) return <>{children}</>;
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      onClick={(event) => event.stopPropagation()}
    >
      {children}
    </a>
  );
}

/** No picture is fetched from elsewhere: whoever wrote of it would learn that it was read. */
const Picture = ({ src, alt }: ComponentProps<"img">) => (
  <Link href={typeof src === "string" ? src : ""}>{alt || src?.toString()}</Link>
);

/** A heading of the text, not of the page. */
const Heading = ({ children }: { children?: ReactNode }) => (
  <p className={styles.heading}>{children}</p>
);

const Box = ({ checked }: ComponentProps<"input">) => <span>{checked ? "☑" : "☐"}</span>;

const Table = ({ children }: ComponentProps<"table">) => (
  <div className={styles.table}>
    <table>{children}</table>
  </div>
);

const options: ComponentProps<typeof Formatted>["options"] = {
  disableParsingRawHTML: true,
  ignoreHTMLBlocks: true,
  forceBlock: true,
  overrides: {
    a: Link,
    img: Picture,
    input: Box,
    table: Table,
    ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((level) => [`h${level}`, Heading])),
  },
};

/** A name is a link to its user, with what it is called taken by the letter. */
const asLinks = (text: string) =>
  segmentsOf(text)
    .map(({ text, user: id }) =>
      id ? `[${text.replace(/[\\`*_[\]<>~|]/g, "\\$&")}](${user}${id})` : text,
    )
    .join("");

export default function Markdown({ text }: { text: string }) {
  return (
    <div className={styles.text}>
      <Formatted options={options}>{asLinks(text)}</Formatted>
    </div>
  );
}
