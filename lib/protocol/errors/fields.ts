import { z } from "zod";
import { inDigits, says } from "./entry";

const max = { max: z.number() };
const range = { min: z.number(), max: z.number() };
/** As the request names it, where a program made it and no person. */
const field = { field: z.string() };
const fields = { fields: z.array(z.string()) };

/** Why a field of a request fails its rule: each has the status 422. */
export const FIELDS = {
  body_not_object: says("The body of this request must be a JSON object."),
  /** Where a rule has no code of its own. */
  invalid: says("This value is not valid."),

  // What a program sends.
  not_boolean: says(field, (p) => `\`${p.field}\` is true or false.`),
  not_true: says(field, (p) => `\`${p.field}\` is true.`),
  not_object: says(field, (p) => `\`${p.field}\` is an object.`),
  not_number: says(field, (p) => `\`${p.field}\` is a number.`),
  not_number_or_null: says(field, (p) => `\`${p.field}\` is a number or null.`),
  not_seconds: says(field, (p) => `\`${p.field}\` is a number of seconds.`),
  not_integer: says(field, (p) => `\`${p.field}\` is a whole number.`),
  number_too_small: says(field, (p) => `\`${p.field}\` is too small.`),
  number_too_large: says(field, (p) => `\`${p.field}\` is too large.`),
  out_of_range: says({ ...field, ...range }, (p) => `\`${p.field}\` is ${p.min} to ${p.max}.`),
  not_message_id: says(field, (p) => `\`${p.field}\` is the id of a message.`),
  not_client_id: says("A client id is a UUID."),
  one_of_two: says(fields, (p) => `Ask for ${anyOf(p.fields)}, not for both.`),
  one_of_several: says(fields, (p) => `Ask for ${anyOf(p.fields)}, not for several of them.`),

  // Accounts.
  username_required: says("Choose a username."),
  username_length: says(range, (p) => `A username has ${p.min} to ${p.max} characters.`),
  username_letters: says("A username takes the letters a to z, digits, dots, dashes and underscores."),
  username_reserved: says("This username is reserved. Choose another."),
  username_taken: says("This username is taken. Choose another."),
  username_unheard_of: says("No username is that long."),
  sign_in_username_required: says("Enter your username."),
  sign_in_password_required: says("Enter your password."),
  password_required: says("Choose a password."),
  password_too_short: says({ min: z.number() }, (p) => `A password has at least ${p.min} characters.`),
  password_too_long: says(max, (p) => `A password has at most ${p.max} characters.`),
  password_unheard_of: says("No password is that long."),
  password_of_username: says("Choose a password that is not made of your username."),
  password_of_one_sign: says("Choose more than one sign repeated or a row of them: a few words are good."),
  password_of_digits: says("Choose more than digits alone: a few words are good."),
  password_common: says("Many people have this password, so it is guessed first. Take a few words that do not belong together."),
  password_needs_recent_sign_in: says(
    { minutes: z.number() },
    (p) => `Sign out and in again first: a first password is chosen within ${p.minutes} minutes of signing in.`,
  ),
  current_password_required: says("Enter your current password."),
  current_password_wrong: says("This is not your current password."),
  current_password_changed: says("Your password has just been changed elsewhere."),
  display_name_not_text: says("A display name is text."),
  display_name_not_plain: says("A display name is plain text."),
  display_name_too_long: says(max, (p) => `A display name has at most ${p.max} characters.`),
  picture_unreadable: says("This file is not a picture that can be used. Choose a JPEG, PNG, WebP, GIF or AVIF."),
  picture_too_many_pixels: says(max, (p) => `This picture has more than ${p.max / 1_000_000} million pixels. Make it smaller.`),
  picture_too_dear: says("This picture takes too much work to open. Save it anew as a plain JPEG or PNG, or make it smaller."),

  // Finding people.
  search_username_required: says("Type the beginning of a username."),
  search_name_required: says("Type a name or a username."),
  name_malformed: says("A name takes no NUL characters and no broken surrogates."),
  name_unheard_of: says("No name is that long."),

  // Conversations and messages.
  recipient_required: says("Whom do you want to talk to?"),
  message_required: says("Write a message."),
  message_too_long: says(max, (p) => `A message has at most ${inDigits(p.max)} characters.`),
  message_malformed: says("A message takes no NUL characters and no broken surrogates."),
  unknown_notify: says("What is told of is everything, mentions or nothing."),
  unknown_muted: says("A conversation is muted no, always, or until a time."),
  pins_full: says(max, (p) => `At most ${inDigits(p.max)} conversations are pinned: take one from the top first.`),
  group_not_deleted: says("A group is left, and not deleted."),

  // Groups.
  group_name_required: says("Give the group a name."),
  group_name_not_plain: says("A name is plain text."),
  group_name_too_long: says(max, (p) => `A name has at most ${inDigits(p.max)} characters.`),
  description_not_text: says("A description is text."),
  description_too_long: says(max, (p) => `A description has at most ${inDigits(p.max)} characters.`),
  description_malformed: says("A description takes no NUL characters and no broken surrogates."),
  people_required: says("Whom do you want to add?"),
  people_too_many: says(max, (p) => `At most ${inDigits(p.max)} people are added at once.`),
  username_not_text: says("A username is text."),
  username_blank: says("A username is blank."),
  usernames_unknown: says({ usernames: z.array(z.string()) }, (p) => `Nobody here is called ${p.usernames.join(" or ")}.`),
  unknown_access: says("A group is private or open."),
  unknown_history: says("What newcomers see is all or joining."),
  unknown_role: says("A role is owner, administrator or participant."),
  unknown_permission: says("What participants may do is for everyone or for administrators."),
  invite_too_short: says("A link lasts a minute or longer."),
  invite_too_long: says("A link lasts at most a year."),
  invite_for_nobody: says("A link is good for one person at least."),
  invite_for_too_many: says("No group is that large."),
};

function anyOf(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  return `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}
