import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { Appearance } from "@/app/Appearance";
import { queryClient, router } from "@/app/router";
import { SignInAgain } from "@/app/session/SignInAgain";

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <Appearance>
        <RouterProvider router={router} />
        <SignInAgain />
      </Appearance>
    </QueryClientProvider>
  );
}
