import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { ApiError, get, request, setLeaving, signedInAgain } from "@/api/client";
import type { Schemas, Session, User } from "@/api/types";

/** On which a tab that somebody signed in in says so to those that wait. */
export const signedInElsewhere = () => new BroadcastChannel("guanxi-signed-in");

export const readSession = () => get<Session>("/session");

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ client }) => {
    const found = await readSession();
    const wasSignedIn = client.getQueryData<Session>(["session"])?.user;
    if (found.user || !wasSignedIn) return found;
    await signedInAgain(); // the page stays with what is typed into it
    return readSession();
  },
  staleTime: Number.POSITIVE_INFINITY,
});

export async function signIn(username: string, password: string) {
  return (await request<Session>("POST", "/session", { body: { username, password } })).data;
}

/** Ends the session; gives where an identity provider signs people out, if one let this one in. */
export async function signOut() {
  setLeaving(true);
  try {
    const { data } = await request<Schemas["SignedOut"]>("DELETE", "/session", {
      endsSession: true,
    });
    return data.go_on;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null; // it had ended already
    setLeaving(false);
    throw error;
  }
}

export type UserSettings = Partial<
  Pick<User, "language" | "theme" | "density" | "time_zone" | "preferences">
>;

export async function saveUserSettings(settings: UserSettings) {
  return (await request<User>("PATCH", "/session/user", { body: settings })).data;
}

export interface WorkspaceSettings {
  name?: string;
  language?: string;
  week_start?: number;
}

export async function saveWorkspace(settings: WorkspaceSettings) {
  return (await request<Session>("PATCH", "/workspace", { body: settings })).data;
}

/** One's own password; other people choose theirs by a one-time link. */
export const setPassword = (userId: string, password: string, current: string) =>
  request("POST", `/users/${userId}/password`, { body: { password, current } });

export type OpenedLink = Schemas["OpenedOut"];

/** Whom a one-time link is for; throws if it opens nothing. */
export const readLink = async (key: string) =>
  (await request<OpenedLink>("POST", "/links/read", { body: { key } })).data;

/** Chooses the password by the link, which opens nothing afterwards. */
export const spendLink = (key: string, password: string) =>
  request("POST", "/links/use", { body: { key, password } });

export interface SetUp {
  token: string;
  firm: string;
  language: string;
  time_zone: string;
  currency: string;
  week_start: number;
  full_name: string;
  username: string;
  password: string;
}

export async function setUp(values: SetUp) {
  return (await request<Session>("POST", "/setup", { body: values })).data;
}

/** The signed-in user and the firm; only for screens inside the frame. */
export function useSession() {
  const { data } = useSuspenseQuery(sessionQuery);
  return data;
}

export function useUser(): User {
  const { user } = useSession();
  if (!user) throw new Error("No one is signed in");
  return user;
}
