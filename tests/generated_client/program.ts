/** What a program of another firm does with our API, knowing its OpenAPI document alone. */
import { client } from "./sdk/client.gen";
import {
  type CustomerOut,
  changeCustomer,
  completeTask,
  createCustomer,
  createTask,
  deleteCustomer,
  listCustomer,
  readCustomer,
  readOwnToken,
} from "./sdk/index";

const [address = "", token = ""] = process.argv.slice(2);
client.setConfig({ baseUrl: address, auth: ({ scheme }) => (scheme === "bearer" ? token : undefined) });

async function main() {
  const { data: own } = await readOwnToken({ throwOnError: true });

  const made: CustomerOut[] = [];
  for (const letter of ["A", "B", "C"]) {
    const { data, response } = await createCustomer({
      body: { kind: "organization", name: `茶叶 ${letter}`, city: "杭州" },
      headers: { "Idempotency-Key": `tea ${letter}` },
      throwOnError: true,
    });
    if (response.status !== 201) throw new Error(`created with ${response.status}`);
    made.push(data);
  }
  const { data: again } = await createCustomer({
    body: { kind: "organization", name: "茶叶 A", city: "杭州" },
    headers: { "Idempotency-Key": "tea A" },
    throwOnError: true,
  });

  const listed: string[] = [];
  const filter = JSON.stringify({ field: "city", op: "eq", value: "杭州" });
  let pages = 0;
  let cursor: string | null = null;
  do {
    const query = { filter, fields: "name,city", sort: "name", limit: 2, cursor };
    const page: { items: CustomerOut[]; next: string | null } = (
      await listCustomer({ query, throwOnError: true })
    ).data;
    listed.push(...page.items.map(({ name }) => name ?? ""));
    cursor = page.next;
    pages += 1;
  } while (cursor);

  const pk = made[0]?.id ?? "";
  const { data: read } = await readCustomer({ path: { pk }, throwOnError: true });
  const version = { "If-Match": `"${read.updated_at}"` };
  const changed = await changeCustomer({
    path: { pk },
    headers: version,
    body: { industry: "tea", credit_limit: "12.50", currency: "CNY" },
    throwOnError: true,
  });
  const conflict = await changeCustomer({
    path: { pk },
    headers: version,
    body: { industry: "coffee" },
  });
  const refused = await createCustomer({ body: { kind: "person", name: "" } });

  const { data: task } = await createTask({
    body: { title: "来电", customer: pk, due_on: "2030-01-31" },
    throwOnError: true,
  });
  const { data: done } = await completeTask({ path: { pk: task.id }, throwOnError: true });

  const last = { path: { pk: made[2]?.id ?? "" } };
  const deleted = await deleteCustomer({ ...last, throwOnError: true });
  const gone = await readCustomer(last);

  console.log(
    JSON.stringify({
      own,
      again: again.id === made[0]?.id,
      listed,
      pages,
      changed: [changed.data.industry, changed.data.credit_limit],
      conflict: [conflict.response?.status, conflict.error?.code, conflict.error?.theirs],
      refused: [refused.response?.status, refused.error?.errors[0]?.field],
      deleted: [deleted.response.status, gone.response?.status, gone.error?.code],
      task: task.customer,
      done,
    }),
  );
}

await main();
