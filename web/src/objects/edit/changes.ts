/** How a change is taken back: by the id of the request that made it, or by a verb of its own. */
export type TakeBack = string | (() => Promise<unknown>);

/** A change of this person's, in the words that told of it. */
export interface Change<By = TakeBack> {
  title: string;
  takeBack: By;
}

const remembered = 50;

function keep<By>(stack: Change<By>[], change: Change<By>) {
  stack.push(change);
  if (stack.length > remembered) stack.shift();
}

/** Refused for good: tried again, it would be refused again. What only failed can be tried again. */
const isFinal = (error: unknown) =>
  error instanceof Error && "status" in error && Number(error.status) < 500;

/**
 * What was changed since the page was loaded, and what of it was taken back: on any screen.
 *
 * One goes on when the one before has been answered: of two changes of one field the older cannot
 * be taken back first.
 */
export function changesOfAPage() {
  const done: Change[] = [];
  const undone: Change<string>[] = [];
  let last: Promise<void> = Promise.resolve();

  async function move<By, Back>(
    from: Change<By>[],
    to: Change<Back>[],
    change: Change<By> | undefined,
    send: (change: Change<By>) => Promise<Back | undefined>,
    refuse: (error: unknown) => void,
  ) {
    if (!change) return;
    const place = from.indexOf(change);
    if (place >= 0) from.splice(place, 1);
    try {
      const takeBack = await send(change);
      if (takeBack !== undefined) keep(to, { title: change.title, takeBack });
    } catch (error) {
      if (place >= 0 && !isFinal(error)) keep(from, change);
      refuse(error);
    }
  }

  const inTurn = (step: () => Promise<void>) => {
    last = last.then(step, step);
    return last;
  };

  return {
    made(change: Change) {
      undone.length = 0;
      keep(done, change);
    },
    /** Takes back the change made last, or the one named; `send` gives the request's id. */
    undo: (
      send: (change: Change) => Promise<string | undefined>,
      refuse: (error: unknown) => void,
      takeBack?: TakeBack,
    ) =>
      inTurn(() => {
        const change = takeBack
          ? (done.find((known) => known.takeBack === takeBack) ?? { title: "", takeBack })
          : done.at(-1);
        return move(done, undone, change, send, refuse);
      }),
    /** Makes again what was taken back last. */
    redo: (send: (change: Change<string>) => Promise<string>, refuse: (error: unknown) => void) =>
      inTurn(() => move<string, TakeBack>(undone, done, undone.at(-1), send, refuse)),
  };
}

export const changes = changesOfAPage();
