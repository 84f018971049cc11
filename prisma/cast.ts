/** Who the demo is about, and what they have said to one another. */

export const PEOPLE = {
  ada: "Ada Okafor",
  bruno: "Bruno Carvalho",
  chen: "Chen Wei 陈伟",
  dalia: "داليا منصور",
  emil: "Emil Sørensen",
  farah: "Farah Haddad",
  grace: "Grace Lindqvist-Montgomery of the Upper Harbour Road",
  hiro: "田中 ひろ",
  ines: "Inés Duarte",
  jonas: "Jonas",
} as const;
export type Name = keyof typeof PEOPLE;

/** "name: what they said", a line each; `…` at the start of a line goes on with the message before it. */
export interface Talk {
  between: [Name, Name];
  /** Hours since the last word. */
  ago: number;
  /** Messages at the end that the second of the two has not read. */
  unread?: number;
  lines: string;
}

export const TALKS: Talk[] = [
  {
    between: ["bruno", "ada"],
    ago: 0.05,
    unread: 2,
    lines: `
ada: Morning! Did the new boiler make it through the night?
bruno: It did. I did not. It hums in B flat.
ada: 😂
bruno: I have started humming the third above it. The neighbours think we formed a choir.
ada: Put me down for the alto line.
bruno: Rehearsal is whenever the temperature drops below 19.
ada: Seriously though, is it supposed to hum?
bruno: The manual says "a gentle operating sound is a sign of health".
ada: That is what they said about the old one, and it exploded.
bruno: It did not explode. It *expressed itself*.
ada: I'll come by on Saturday with the stethoscope 🩺
bruno: Bring bread.
ada: The dark one?
bruno: Is there another?
ada: 🍞🍞🍞
bruno: ❤️
ada: By the way, the allotment people have answered. We can have the plot by the railway from April, if we clear it ourselves. It's 120 square metres of brambles, one bath tub and a shed that nobody has been able to open since 2009.
bruno: A shed that nobody can open!
bruno: I'm in.`,
  },
  {
    between: ["chen", "ada"],
    ago: 0.6,
    unread: 1,
    lines: `
chen: Can you look at this? It loses events when two writers commit out of order.
chen: \`\`\`sql
…SELECT id, payload
…FROM events
…WHERE id > $1   -- the last one that we have seen
…ORDER BY id
…LIMIT 100;
…\`\`\`
ada: Ah, the classic. The ids are taken before the commit, so 41 can become visible after 42.
chen: And by then we have moved past it.
ada: Exactly. Read up to the oldest transaction that is still running, and no further.
chen: \`pg_snapshot_xmin(pg_current_snapshot())\`?
ada: 💯
chen: I tried it. 20,000 events, 16 writers, none lost.
ada: And before?
chen: 3,078.
ada: Ouch.
chen: Nobody had noticed, because a reload showed them all.
ada: "Have you tried reloading" is not a delivery guarantee 🙃
chen: I'm putting that on a mug.
ada: https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SNAPSHOT has the whole family, by the way.
chen: 谢谢！ Lunch is on me.`,
  },
  {
    between: ["dalia", "ada"],
    ago: 3,
    lines: `
dalia: صباح الخير آدا، هل وصلتك الصور؟
ada: صباح النور! وصلت كلها، شكرًا. الصورة التي على الشاطئ رائعة.
dalia: أخذتها قبل الغروب بدقائق 🌅
ada: My Arabic ends here 😅 but the colours do not need any words.
dalia: Your Arabic is very good! سأرسل لك الباقي مساءً.
ada: The file is called IMG_2291 (نسخة نهائية) v3.jpg, is that the right one?
dalia: نعم, v3. Not v3-final, not v3-final-2. Never trust those.
ada: الحكمة كلها في جملة واحدة
dalia: 😄 See you on الخميس at 18:30?
ada: Thursday, 18:30. ان شاء الله`,
  },
  {
    between: ["emil", "ada"],
    ago: 7,
    lines: `
emil: The ferry is cancelled. Again.
ada: Wind?
emil: "Operational reasons." The captain's daughter is getting married.
ada: That is the best operational reason I have ever heard.
emil: I know. I cannot even be angry. They've invited everybody who was waiting at the quay.
ada: Are you going?
emil: I'm already holding a plate.
ada: Photo!
emil: There are rules: no phones until the speeches are over, and the uncle has only just reached 1987.
ada: Report in full tomorrow.
emil: Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft
ada: I'm sorry?
emil: The uncle. That is where he worked. He said it without taking a breath and got a standing ovation.
ada: 👏👏👏`,
  },
  {
    between: ["farah", "ada"],
    ago: 26,
    lines: `
farah: Question about the release notes: do we say "messages can no longer be lost" or "messages are delivered exactly once"?
ada: Neither. Say what somebody notices.
farah: "What you send arrives. Once."
ada: Perfect. Ship it.
farah: Legal wants a footnote.
ada: What would it say?
farah: "¹ Unless you do not press Enter."
ada: I like legal more and more.`,
  },
  {
    between: ["grace", "ada"],
    ago: 50,
    lines: `
grace: Dear Ada, I am told that one can write here as one would write a letter, and so I shall.
grace: The garden is well. The quince has eleven fruits this year, which is ten more than last year, and I have already promised fourteen jars of jelly to various people, so there will be a scandal in October. The cat has been seen on the roof of the chapel, where she was not invited, and had to be brought down by two firemen and a tin of sardines. Everybody was very kind about it, though the younger fireman said something that I shall not repeat.
grace: How are you? Are you eating?
ada: Grace!! What a joy. I am eating. I am eating so well that I had to take up walking.
grace: Walking is good. Your grandfather walked to the coast and back to win a bet, and then again because nobody had seen him do it.
ada: I have never heard that story!
grace: There is a reason why. Come in October and I shall tell it, if there is any jelly left.`,
  },
  {
    between: ["hiro", "ada"],
    ago: 75,
    lines: `
hiro: お疲れさまです！来週の打ち合わせ、火曜日でも大丈夫ですか？
ada: 火曜日は大丈夫です。10時でどうですか？
hiro: はい、10時にお願いします。
hiro: ビデオの調子が悪いので、文字だけでもいいですか 🙏
ada: もちろん！ Then we can both have breakfast.
hiro: 朝ごはん会議、いいですね 🍙☕️`,
  },
  {
    between: ["ines", "ada"],
    ago: 120,
    lines: `
ines: ¿Has visto esto? https://example.org/a/very/long/path/that/goes/on/and/on/and/never/seems/to/come/to/an/end/because/somebody/thought/that/every/heading/of/the/document/belongs/into/its/address?utm_source=a_newsletter_nobody_reads&utm_medium=email&utm_campaign=spring
ada: The article or the address?
ines: The address IS the article.
ada: 🤣
ines: 🎉`,
  },
  {
    between: ["jonas", "ada"],
    ago: 400,
    lines: `
jonas: hi
ada: Hi Jonas! Is that you? It's been years!
jonas: yes
ada: How are you? Where do you live now? Do you still play?
jonas: good
jonas: lisbon
jonas: yes`,
  },
  {
    between: ["farah", "bruno"],
    ago: 1.5,
    unread: 3,
    lines: `
bruno: Did anybody book the room for Thursday?
farah: I thought you did.
bruno: I thought *you* did.
farah: So who is in the calendar as "B. & F., do not move, important"?
bruno: …
farah: …
bruno: That was us.
farah: We are so well organised that we forgot it.
farah: 10:00, room Ångström, the one without windows.
farah: I'll bring the projector and a picture of a window.`,
  },
  {
    between: ["chen", "hiro"],
    ago: 5,
    lines: `
hiro: The tests are green on my machine and red in CI. Time zone?
chen: What does \`new Date("2026-03-29T02:30")\` print there?
hiro: 03:30
chen: Then CI lives in Europe and it is the night in which the clocks go forward.
hiro: That hour does not exist??
chen: It never did. Like the table "users_old_backup_2".
hiro: I just dropped that one.
chen: Hiro.
hiro: In staging! 😇`,
  },
  {
    between: ["dalia", "farah"],
    ago: 11,
    lines: `
dalia: متى موعد العرض؟
farah: الساعة السابعة، لكن تعالي قبلها بنصف ساعة.
dalia: تمام 👌 أحضر معي شيئًا؟
farah: فقط نفسك 💛
farah: والكاميرا طبعًا
dalia: 📷✅`,
  },
  {
    between: ["emil", "jonas"],
    ago: 200,
    lines: `
emil: Chess?
jonas: e4
emil: e5
jonas: Ke2
emil: You monster.`,
  },
];

/** Two who have never stopped talking: their conversation is made of these, over and over, about 2,000 messages long. */
export const NEVER_ENDING: { between: [Name, Name]; count: number; said: string[] } = {
  between: ["ines", "bruno"],
  count: 2_000,
  said: [
    "Good morning!",
    "Is it?",
    "It is if you have had coffee ☕️",
    "I have had two and I still doubt it.",
    "Listen to this: the man at the bakery knows my name now.",
    "What have you done?",
    "I said that his croissants were better than those in Paris.",
    "Are they?",
    "I have never been to Paris.",
    "😂😂😂",
    "Shall we walk along the river this evening? They say that the light will be good, and I have found a bench that nobody knows.",
    "Yes!",
    "At seven, then. I'll bring the thermos.",
    "And the blanket. Last time we pretended not to be cold for an hour and a half.",
    "I was not cold. I was *shivering with joy*.",
    "👌",
    "I'm at the bridge. Where are you?",
    "At the other bridge.",
    "There is another bridge?",
    "There are three. We have had this conversation before.",
    "Stay where you are, I'm coming.",
    "🏃",
    "That was a lovely evening.",
    "It was. My socks are still wet.",
    "Sleep well!",
    "You too 🌙",
    "Did you hear the rain?",
    "I thought that it was applause.",
    "For what?",
    "I had just finished the washing up.",
  ],
};
