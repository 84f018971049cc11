import type { Name } from "./cast";

/** What the cast says in groups: lines as in cast.ts, and `~ name: joined` where somebody joins. */
export interface GroupTalk {
  name: string;
  description: string;
  /** The first one owns it, the second one is an administrator. */
  people: Name[];
  access: "private" | "open";
  write: "everyone" | "administrators";
  /** Hours since the last word. */
  ago: number;
  /** Messages at the end that Ada has not read. */
  unread: number;
  pinned?: boolean;
  muted?: boolean;
  lines: string;
}

export const GROUPS: GroupTalk[] = [
  {
    name: "Allotment by the railway",
    description: "120 m² of brambles, one bath tub, one shed. Tools are in the bath tub.",
    people: ["bruno", "ada", "chen", "emil", "farah", "grace", "ines"],
    access: "private",
    write: "everyone",
    ago: 0.2,
    unread: 3,
    pinned: true,
    lines: `
bruno: The plot is ours from Saturday. I have the key to the gate and a fear of the shed.
ada: I'll bring the loppers.
ada: And gloves for everybody. The brambles bite.
emil: What are we going to grow?
farah: Beans!
farah: And something that I can pickle.
chen: 茄子 if the greenhouse happens.
ada: The greenhouse is a pile of windows right now.
ada: But they are *good* windows.
grace: My grandmother kept a bath tub on hers as well. She said that it was for the frogs, and in the end it was for the frogs.
~ ines: joined
ines: I heard that there are frogs?
bruno: There will be frogs.
emil: Who has opened the shed?
bruno: Nobody. It hums.
ada: Does it hum in B flat?
bruno: …
bruno: I'm calling a meeting.
farah: 10:00 on Saturday, at the gate. Bring something to eat that can be shared, something to drink that can be shared, and whoever has a crowbar brings the crowbar. If it rains we go anyway, because it will rain until April and we would never begin.
chen: 👍
ines: Can I bring my sister? She is very good with sheds.`,
  },
  {
    name: "Okafor family",
    description: "",
    people: ["ada", "dalia", "jonas", "hiro"],
    access: "private",
    write: "everyone",
    ago: 1.4,
    unread: 0,
    lines: `
jonas: Who is cooking on Sunday?
dalia: أنا أطبخ هذه المرة 🍲
ada: Then I am washing up, and gladly.
hiro: デザートを持って行きます
jonas: What does that say?
ada: He is bringing dessert.
jonas: I love Sunday.`,
  },
  {
    name: "House notices",
    description: "What everybody in the house should know. Only those who look after it write here.",
    people: ["grace", "emil", "ada", "bruno", "chen", "dalia", "farah", "hiro", "ines", "jonas"],
    access: "open",
    write: "administrators",
    ago: 20,
    unread: 1,
    muted: true,
    lines: `
grace: The lift is inspected on Tuesday from 9:00 to 11:00. Please take the stairs, and please do not send parcels up in it while nobody looks.
emil: The bicycle cellar has a new lock. Keys are with me.
grace: The water is off on Thursday from 13:00 for about an hour.`,
  },
];

/** A group of very many, most of whom only listen. */
export const DISTRICT = {
  name: "Harbour district",
  description: "Everybody between the bridge and the mill. Lost cats, found gloves, when the market is.",
  people: 2_000,
  messages: 600,
  unread: 140,
  given: [
    "Amina",
    "Béla",
    "Carla",
    "Duc",
    "Elif",
    "Fiona",
    "Goran",
    "Hanna",
    "Ivo",
    "Jelena",
    "Kofi",
    "Lena",
    "Mateo",
    "Nadia",
    "Olu",
    "Petra",
  ],
  family: ["Adeyemi", "Brandt", "Costa", "Dvořák", "Eriksen", "Fontaine", "García", "Horvat", "Ionescu", "Jansen", "Kaya", "Lindgren"],
  said: [
    "Has anybody seen a grey cat with one white paw?",
    "Which paw?",
    "Front left. She answers to nothing.",
    "There is a glove on the railing by the bakery. Leather, right hand, very small.",
    "The market is on the other side of the bridge this week, because of the works.",
    "Thank you!",
    "Does anybody else hear the foghorn, or is it Bruno's boiler?",
    "It is the boiler.",
    "The library has the heating on again.",
    'Somebody has left a whole piano at the corner of Mill Street, with a note that says "please".',
    "Is it in tune?",
    "It is in the rain.",
  ],
};
