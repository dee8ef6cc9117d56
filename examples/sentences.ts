/** A language and a sentence in it, written for this example: of the kind of text the nets know, but not from it. */
export const SENTENCES: readonly (readonly [language: string, text: string])[] = [
  ["eng", "Every child has the right to learn, to play and to be heard."],
  ["deu", "Alle Menschen haben das Recht, ihre Meinung frei zu sagen."],
  ["fin", "Jokaisella on oikeus saada opetusta ja tehdä työtä."],
  ["tur", "Herkesin eğitim görme ve çalışma hakkı vardır."],
  ["zul", "Wonke umuntu unelungelo lemfundo nokusebenza."],
  ["ell", "Κάθε άνθρωπος έχει δικαίωμα στην εκπαίδευση."],
  ["rus", "Каждый человек имеет право на отдых и свободное время."],
  ["ukr", "Кожна людина має право на працю і на вільний вибір роботи."],
  ["heb", "לכל אדם הזכות לחינוך ולעבודה."],
  ["ara", "لكل إنسان الحق في التعليم والعمل."],
  ["hye", "Յուրաքանչյուր ոք ունի կրթության իրավունք։"],
  ["kat", "ყველა ადამიანს აქვს განათლების უფლება."],
  ["hin", "हर व्यक्ति को शिक्षा का अधिकार है।"],
  ["tam", "ஒவ்வொருவருக்கும் கல்வி கற்க உரிமை உண்டு."],
  ["tha", "ทุกคนมีสิทธิในการศึกษา"],
  ["kor", "모든 사람은 교육을 받을 권리가 있다."],
  ["jpn", "すべての人は教育を受ける権利を持っている。"],
  ["cmn", "每个人都有受教育的权利。"],
  ["spa", "Toda persona tiene derecho a descansar después del trabajo y a disfrutar de su tiempo libre."],
  ["fra", "Toute personne a le droit de quitter le pays où elle habite et d'y revenir."],
  ["por", "Ninguém pode ser obrigado a trabalhar sem salário nem descanso, e todos têm direito a férias."],
  ["nld", "Niemand mag worden gedwongen om zonder loon te werken, en iedereen heeft recht op rust."],
  ["eng", "Nobody may be forced to work without pay, and everyone who works has a right to rest, to holidays and to a life with family and friends."],
];

/** Letter for letter nearly the same, and not the same sentence. */
export const ORDERS = ["Time flies like an arrow", "An arrow flies like time", "An arrow time like flies"] as const;
