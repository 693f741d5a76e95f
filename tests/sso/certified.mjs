// An OpenID Connect provider that nobody here wrote (certified by the OpenID Foundation).
// Arguments: its own port, and the redirect address of its one client.
import { Provider } from "../../web/node_modules/oidc-provider/lib/index.js";

const [port, redirect] = process.argv.slice(2);
const ours = new URL(redirect).origin;
const provider = new Provider(`http://localhost:${port}`, {
  clients: [
    {
      client_id: "guanxi",
      client_secret: "a secret with : and %",
      redirect_uris: [redirect],
      post_logout_redirect_uris: [`${ours}/sign-in`],
    },
  ],
  claims: { email: ["email", "email_verified"], profile: ["name"] },
  pkce: { required: () => true },
  cookies: { keys: ["tests"] },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@firm.example`, email_verified: true, name: id }),
  }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
