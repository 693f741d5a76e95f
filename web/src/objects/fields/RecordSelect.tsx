import { Select } from "antd";
import { useDeferredValue, useState } from "react";
import { findObject, useObjects } from "@/api/meta";
import type { LinkValue } from "@/api/types";
import { useLookup } from "@/objects/fields/LinkField";

interface Props {
  id: string;
  /** The object whose records are offered. */
  object: string;
  value: LinkValue | null;
  placeholder?: string;
  allowClear?: boolean;
  autoFocus?: boolean;
  className?: string;
  onChange: (value: LinkValue | null) => void;
}

/** One record, by any part of its name. */
export function RecordSelect({ object, value, onChange, ...rest }: Props) {
  const [text, setText] = useState("");
  const declared = findObject(useObjects(), object);
  const { found, isFetching } = useLookup(declared, useDeferredValue(text));
  const links = value && !found.some(({ id }) => id === value.id) ? [value, ...found] : found;
  return (
    <Select
      {...rest}
      value={value?.id ?? null}
      options={links.map((link) => ({ value: link.id, label: link.label }))}
      showSearch={{ filterOption: false, onSearch: setText }}
      loading={isFetching}
      onChange={(next) => onChange(links.find(({ id }) => id === next) ?? null)}
    />
  );
}
