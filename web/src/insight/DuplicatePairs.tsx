import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { DuplicatePair } from "@/insight/DuplicatePair";
import {
  decidePair,
  duplicatesKey,
  type Pair,
  type PairPages,
  type PairState,
  withoutPair,
} from "@/insight/duplicatesApi";
import { useUndo } from "@/objects/edit/useUndo";
import { useErrorText } from "@/ui/errorText";
import { useShortcuts } from "@/ui/shortcuts";
import styles from "./duplicates.module.css";

interface Props {
  state: PairState;
  pairs: Pair[];
  onMerge: (ids: string[]) => void;
}

/** One pair below the other, and the keys that move and decide. */
export function DuplicatePairs({ state, pairs, onMerge }: Props) {
  const { t } = useTranslation();
  const list = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const decide = useDecidePair();
  const at = Math.max(
    pairs.findIndex(({ id }) => id === chosen),
    0,
  );
  const current = pairs[at];

  function look(pair: Pair | undefined) {
    if (!pair) return;
    setChosen(pair.id);
    requestAnimationFrame(() => {
      const card = list.current?.querySelector<HTMLElement>(`[data-id="${pair.id}"]`);
      card?.focus();
      card?.scrollIntoView({ block: "nearest" });
    });
  }

  function say(pair: Pair | undefined, decision: PairState) {
    if (!pair?.can.includes("decide") || pair.state === decision) return;
    const index = pairs.indexOf(pair);
    look(pairs[index + 1] ?? pairs[index - 1]);
    void decide(pair, decision);
  }

  const merge = (pair: Pair | undefined) => {
    if (pair?.can.includes("merge")) onMerge(pair.records.map(({ id }) => id));
  };
  const other = state === "open" ? "not_the_same" : "open";
  useShortcuts([
    { keys: "j", label: "", run: () => look(chosen ? pairs[at + 1] : current) },
    { keys: "k", label: "", run: () => look(pairs[at - 1]) },
    { keys: "m", label: "", run: () => merge(current) },
    { keys: "n", label: "", run: () => say(current, "not_the_same") },
  ]);

  return (
    <>
      <div ref={list} role="feed" aria-label={t("duplicates.title")} className={styles.pairs}>
        {pairs.map((pair, index) => (
          <DuplicatePair
            key={pair.id}
            pair={pair}
            position={index + 1}
            total={pairs.length}
            isCurrent={pair === current}
            onFocus={() => setChosen(pair.id)}
            onMerge={() => merge(pair)}
            onDecide={() => say(pair, other)}
          />
        ))}
      </div>
      <p className={styles.keys} aria-hidden>
        {t("duplicates.keys")}
      </p>
    </>
  );
}

/** A decision. The pair leaves the queue at once; a refusal puts it back and says why. */
function useDecidePair() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const { offer } = useUndo();
  return async (pair: Pair, decision: PairState) => {
    await client.cancelQueries({ queryKey: duplicatesKey });
    const key = [...duplicatesKey, pair.state] as QueryKey;
    const before = client.getQueryData<PairPages>(key);
    client.setQueryData<PairPages>(key, (data) => data && withoutPair(data, pair.id));
    try {
      await decidePair(pair.id, decision);
      const said = t(`duplicates.did.${decision}`);
      offer(said, () => decidePair(pair.id, pair.state));
    } catch (error) {
      client.setQueryData(key, before);
      message.error(errorText(error));
    }
  };
}
