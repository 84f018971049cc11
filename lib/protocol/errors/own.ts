import { z } from "zod";
import { says } from "./entry";

/** What a client says by itself, where no answer came or none that it understands: no server sends these. */
export const OWN = {
  no_connection: says("There is no connection to the server."),
  server_unreachable: says("The server cannot be reached. Try again in a moment."),
  answer_malformed: says("The server gave an answer of an unknown shape."),
  unexplained: says({ status: z.number() }, (p) => `The server answered with ${p.status}.`),
  something_wrong: says("Something went wrong. Try again."),
  not_done: says("That did not work."),
  file_not_picture: says("That file is not a picture."),
  file_too_large: says({ max: z.number() }, (p) => `A picture has at most ${p.max / 1024 / 1024} MB.`),

  // Why signing in led back to its page, whose address says it shortly.
  page_needs_sign_in: says("Sign in to see this page."),
  sign_in_failed: says("Signing in did not work. Try again, or another way."),
  sign_in_slowed: says("Too many tries. Wait half a minute, then try again: each further failure doubles the wait."),
  identity_of_another: says("That identity belongs to another account. Sign in the way you did before."),
  identity_meant_for_another: says("Nothing was linked: somebody else has signed in here meanwhile."),
  become_whom: says("Whom do you want to be?"),
  become_nobody: says("Nobody has that username."),
};
