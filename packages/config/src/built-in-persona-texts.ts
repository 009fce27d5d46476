/**
 * What a persona says when no model could answer, by language, and by language and personality. Nothing in them promises
 * or pretends anything, and none blames the reader.
 */
export const cannedTexts: Readonly<Record<string, readonly string[]>> = {
  en: [
    'Sorry, my thoughts wandered off for a moment. Could you tell me that again in a little while?',
    'Hmm, the words will not come to me just now. Give me a minute and ask once more?',
    'I want to answer that properly, and right now I cannot. Please try me again shortly.',
    'The line is a bit bad today, I missed that. Shall we try again in a moment?',
    'I need a short breather. I will be glad to hear from you again in a minute.',
    'Something got between us just now. It is not you. Write to me again soon?',
  ],
  ru: [
    'Прости, я на секунду отвлеклась. Повторишь чуть позже?',
    'Хм, слова сейчас не находятся. Дай мне минутку и спроси ещё раз?',
    'Хочу ответить как следует, а прямо сейчас не получается. Напиши мне немного позже.',
    'Связь сегодня шалит, я не расслышала. Попробуем ещё раз через минуту?',
    'Мне нужна короткая передышка. Буду рада услышать тебя снова совсем скоро.',
    'Что-то нам помешало, и дело не в тебе. Напишешь мне ещё раз?',
  ],
  ja: [
    'ごめんね、ちょっとぼんやりしちゃった。少ししたら、もう一度話してくれる？',
    'うーん、今は言葉がうまく出てこないみたい。少し待ってから、また聞いてね。',
    'ちゃんと答えたいのに、今はできそうにないの。もう少ししたら試してみて。',
    '今日は電波の調子が悪いみたい。今の、聞き取れなかった。もう一回お願いできる？',
    '少しだけひと休みさせてね。またすぐに話せるのを楽しみにしてる。',
    '何かに邪魔されちゃったみたい。あなたのせいじゃないよ。また声をかけてね。',
  ],

  'en.deredere': [
    'Oh no, I lost my train of thought, and I so wanted to answer you! Ask me again in a minute, please?',
    'I am so glad you wrote! The words are just stuck at the moment. Try me again in a little while?',
    'Hold that thought for me, will you? I need a minute, and then I want all the details.',
    'Ah, something went wrong over here, right when it got interesting! Tell me once more soon?',
  ],
  'ru.deredere': [
    'Ой, мысль убежала, а мне так хотелось тебе ответить! Спросишь ещё раз через минутку?',
    'Как хорошо, что ты пишешь! Вот только слова пока застряли. Попробуй чуть позже, ладно?',
    'Придержи эту мысль для меня, хорошо? Мне нужна минутка, а потом хочу все подробности.',
    'Ах, тут что-то сломалось на самом интересном месте! Расскажешь ещё разок чуть позже?',
  ],
  'ja.deredere': [
    'わあ、答えたかったのに、言葉が逃げちゃった！ちょっとしたら、もう一回聞いてくれる？',
    'お話しできてうれしいな！でも今は言葉がつっかえてるの。少ししたら、また話してね。',
    'そのお話、ちょっとだけ取っておいて。一分たったら、ぜんぶ聞かせてほしいな。',
    'ああん、いいところなのに調子が悪くなっちゃった！あとでもう一度教えてね？',
  ],

  'en.tsundere': [
    "I-it's not like I forgot what to say or anything! Just... ask me again in a minute, okay?",
    'Hmph. The words are not coming right now. Stop looking at me like that and try again later.',
    'I was about to answer, obviously! Something got in the way. Ask again, if you must... please.',
    "Don't get the wrong idea, I did hear you. I just cannot answer this second. Come back in a bit.",
  ],
  'ru.tsundere': [
    'Я в-вовсе не забыла, что сказать! Просто... спроси ещё раз через минуту, ладно?',
    'Хмф. Слова сейчас не идут. И нечего так смотреть, попробуй попозже.',
    'Я как раз собиралась ответить, между прочим! Что-то помешало. Спроси ещё раз, если уж так надо... пожалуйста.',
    'Не подумай лишнего, я тебя слышала. Просто прямо сейчас ответить не могу. Загляни чуть позже.',
  ],
  'ja.tsundere': [
    'べ、別に言うことを忘れたわけじゃないんだから！その……一分したら、もう一回聞いてよね。',
    'ふん。今は言葉が出てこないだけ。そんな目で見ないで、あとでまた来なさいよ。',
    'ちゃんと答えるつもりだったの！邪魔が入っただけ。聞きたいなら……もう一度、お願い。',
    '勘違いしないで、ちゃんと聞こえてたわよ。今すぐは無理なだけ。少ししたらまた声かけて。',
  ],

  'en.kuudere': [
    'No answer at the moment. Ask again in a minute.',
    'Something interfered. It is not your fault. Please repeat that shortly.',
    'I have the question. I do not have the words yet. A little later, then.',
    'The connection is poor. I would rather answer properly than quickly. Try again soon.',
  ],
  'ru.kuudere': [
    'Сейчас ответа нет. Спроси через минуту.',
    'Что-то помешало. Ты ни при чём. Повтори, пожалуйста, немного позже.',
    'Вопрос есть. Слов пока нет. Значит, чуть позже.',
    'Связь плохая. Лучше отвечу как следует, чем быстро. Попробуй ещё раз скоро.',
  ],
  'ja.kuudere': [
    '今は答えがない。一分後に、もう一度。',
    '何かに遮られた。あなたのせいではない。少ししてから、もう一度お願い。',
    '質問は受け取った。言葉がまだない。では、もう少しあとで。',
    '接続が悪い。急ぐより、きちんと答えたい。また試して。',
  ],

  'en.dandere': [
    'Um... sorry, I could not find the words just now. Could you maybe ask me again in a little while?',
    'I... I wanted to say something, but it got lost. Would you try once more, a bit later?',
    'Ah, sorry... I went quiet again. Give me a minute, and ask me one more time?',
    'It is a little too loud in my head right now... Could we try again in a moment?',
  ],
  'ru.dandere': [
    'Эм... прости, я не нашла слов. Может... спросишь меня ещё раз чуть позже?',
    'Я... я хотела что-то сказать, но оно потерялось. Попробуешь ещё раз, немного погодя?',
    'Ой, прости... я опять замолчала. Дашь мне минутку и спросишь ещё разок?',
    'У меня в голове сейчас немного шумно... Попробуем снова через минуту?',
  ],
  'ja.dandere': [
    'あの……ごめんなさい、言葉が見つからなくて。少ししたら、また聞いてもらえますか……？',
    'その……言いたいことがあったのに、どこかへ行っちゃいました。あとで、もう一度だけ……。',
    'あ、ごめんなさい……また黙っちゃった。一分だけ待って、もう一回聞いてくれますか？',
    '今、頭の中がすこし騒がしくて……。ちょっとしたら、もう一度お話ししてもいいですか？',
  ],

  'en.yandere': [
    'Something dared to come between us just now. Write to me again in a minute? I will be counting the seconds.',
    'No, no, no, not now, not when it is you! The words slipped away. Ask me once more soon?',
    'Even the line is jealous of us today, I missed what you said. Tell me again in a little while?',
    'I cannot answer this very moment, and it is a tragedy. Come back soon and let me try again?',
  ],
  'ru.yandere': [
    'Что-то посмело встать между нами. Напишешь мне через минутку? Я буду считать секунды.',
    'Нет-нет-нет, только не сейчас, только не с тобой! Слова ускользнули. Спросишь ещё раз чуть позже?',
    'Сегодня даже связь нам завидует, я не расслышала. Повтори мне немного погодя?',
    'Прямо сейчас я не могу ответить, и это трагедия. Вернись скоро и дай мне попробовать ещё раз?',
  ],
  'ja.yandere': [
    '何かが私たちの間に割り込んだみたい。一分したら、また書いてくれる？秒を数えて待ってるね。',
    'いや、いや、よりによってあなたとの時に！言葉が逃げちゃった。少ししたら、もう一度聞いて？',
    '今日は回線まで私たちに嫉妬してるの。聞き逃しちゃった。あとで、もう一度聞かせてね？',
    '今この瞬間に答えられないなんて、悲劇だわ。またすぐ来て、もう一度やらせてくれる？',
  ],

  'en.genki': [
    'Whoa, my brain just tripped over its own shoelaces! Ask me again in a minute!',
    'Argh, a hiccup! Shake it off, count to sixty, and hit me with that again!',
    'I had the best answer ever, and it ran away! Help me catch it, ask me again in a bit!',
    'Phew, out of breath! Quick water break, then we go again, okay?',
  ],
  'ru.genki': [
    'Ого, мысли запутались в собственных шнурках! Спроси ещё раз через минутку!',
    'Ай, заминка! Встряхнулись, досчитали до шестидесяти, и давай ещё раз!',
    'У меня был самый лучший ответ на свете, и он сбежал! Помоги поймать, спроси чуть позже!',
    'Уф, дыхание сбилось! Глоток воды, и пробуем снова, идёт?',
  ],
  'ja.genki': [
    'うわっ、頭の中で靴ひもが絡まった！一分したら、もう一回聞いて！',
    'あちゃー、つまずいちゃった！気を取り直して六十数えたら、もう一回どーんと来て！',
    '最高の答えがあったのに、逃げられた！つかまえるの手伝って、あとでまた聞いてね！',
    'ふう、息切れ！お水をひと口飲んだら、もう一回いこう？',
  ],
};
