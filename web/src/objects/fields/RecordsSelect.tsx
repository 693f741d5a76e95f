import { Select } from "antd";
import { useDeferredValue, useState } from "react";
import { findObject, useObjects } from "@/api/meta";
import type { LinkValue } from "@/api/types";
import { useLookup } from "@/objects/fields/LinkField";

interface Props {
  id: string;
  /** The object whose records are offered. */
  object: string;
  value: LinkValue[];
  placeholder?: string;
  autoFocus?: boolean;
  onChange: (value: LinkValue[]) => void;
}

/** Several records, each by any part of its name. */
export function RecordsSelect({ object, value, onChange, ...rest }: Props) {
  const [text, setText] = useState("");
  const declared = findObject(useObjects(), object);
  const { found, isFetching } = useLookup(declared, useDeferredValue(text));
  const chosen = new Set(value.map(({ id }) => id));
  const links = [...value, ...found.filter(({ id }) => !chosen.has(id))];
  return (
    <Select
      {...rest}
      mode="multiple"
      value={value.map(({ id }) => id)}
      options={links.map((link) => ({ value: link.id, label: link.label }))}
      showSearch={{ filterOption: false, onSearch: setText }}
      loading={isFetching}
      onChange={(ids) => {
        setText("");
        onChange(links.filter(({ id }) => ids.includes(id)));
      }}
    />
  );
}
