/** A language and a sentence that people say in it, written for this example. */
export const SENTENCES: readonly (readonly [language: string, text: string])[] = [
  ["eng", "Could you please turn the lights off in the kitchen?"],
  ["deu", "Ich komme heute etwas später nach Hause."],
  ["fra", "Est-ce que tu veux manger avec nous ce soir ?"],
  ["spa", "Mañana tengo que levantarme muy temprano."],
  ["por", "Não sei onde deixei as chaves do carro."],
  ["ita", "Mi piacerebbe vedere quel film con te."],
  ["nld", "Wil je straks nog een kopje koffie met mij drinken?"],
  ["swe", "Jag hittar inte min telefon någonstans."],
  ["fin", "Mitä sinä teet tänä viikonloppuna?"],
  ["pol", "Nie wiem, o której godzinie przyjedzie pociąg."],
  ["hun", "Holnap reggel elmegyek a piacra kenyérért."],
  ["tur", "Akşam yemeğinde ne pişirelim?"],
  ["rus", "Я забыл выключить свет на кухне."],
  ["ukr", "Мені дуже сподобалася ця книжка."],
  ["ell", "Θέλεις να πάμε στη θάλασσα αύριο;"],
  ["heb", "אני צריך לקנות חלב ולחם."],
  ["ara", "أين يمكنني أن أجد محطة القطار؟"],
  ["hin", "क्या आप मुझे एक गिलास पानी दे सकते हैं?"],
  ["kor", "오늘 저녁에 뭐 먹을까요?"],
  ["jpn", "明日は雨が降るそうです。"],
  ["cmn", "你能帮我开一下门吗？"],
  ["tha", "วันนี้อากาศร้อนมาก"],
  ["vie", "Hôm nay tôi không muốn đi làm."],
  ["swa", "Ninataka kununua matunda sokoni kesho asubuhi."],
];

/** Letter for letter nearly the same, and not the same sentence. */
export const ORDERS = ["Time flies like an arrow", "An arrow flies like time", "An arrow time like flies"] as const;
