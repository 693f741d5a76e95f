import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { metaQuery } from "@/api/meta";
import { saveUserSettings, sessionQuery, type UserSettings } from "@/api/session";
import { switchLanguage } from "@/app/i18n/i18n";

/** Shows the new setting at once and keeps it with the user; a refusal puts the old one back. */
export function useSaveSettings() {
  const client = useQueryClient();
  return useCallback(
    async (settings: UserSettings) => {
      const { queryKey } = sessionQuery;
      const before = client.getQueryData(queryKey);
      client.setQueryData(queryKey, (session) =>
        session?.user ? { ...session, user: { ...session.user, ...settings } } : session,
      );
      try {
        const user = await saveUserSettings(settings);
        client.setQueryData(queryKey, (session) => session && { ...session, user });
      } catch (error) {
        client.setQueryData(queryKey, before);
        throw error;
      }
      if (settings.language) {
        await switchLanguage(settings.language);
        await client.fetchQuery({ ...metaQuery, staleTime: 0 });
        await client.invalidateQueries();
      }
    },
    [client],
  );
}
