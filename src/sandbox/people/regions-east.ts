import { type RegionSource, readRegion } from './region.js';

const SOURCES: readonly RegionSource[] = [
  {
    country: 'Polska',
    given:
      'Łukasz, Małgorzata, Stanisław, Żaneta, Grażyna, Józef, Świętosława, Paweł, Kądziołka, Zbigniew, Elżbieta, Michał',
    family:
      'Wałęsa, Brzęczyszczykiewicz, Łoś, Żółkiewska, Dąbrowski, Śliwa, Wójcik, Kowalska-Nowak, Gżegżółka, Ćwik, Kaczyński, Zając',
    companies: 'Źródło, Młyn Śląski, Żubr Transport 🦬, Pączek i Spółka, Gdańska Stocznia',
    endings: 'Sp. z o.o., S.A., s.c.',
    cities: 'Łódź//90-0##, Kraków//30-0##, Gdańsk//80-0##, Świnoujście//72-6##',
    streets: 'ul. Świętojańska %#/%, al. Jerozolimskie %##, pl. Wolności % m. %#',
    phones: '22 %## ## ##, +48 60% ### ###, (61) %## ## ##, 0048 51%######',
    titles: 'Prezes zarządu, Księgowa, Kierownik, Właściciel',
  },
  {
    country: 'Türkiye',
    given: 'İbrahim, Ayşegül, Çağrı, Işıl, Gökçe, Ömer, Şule, Tuğba, Ümit, Yiğit, Özge, Irmak',
    family: 'Yıldırım, Öztürk, Çelik, Şahin, Güneş, Kılıç, İnönü, Doğan, Aydın, Büyükanıt, Işık, Gül',
    companies: 'Işık Tekstil, Çınar İnşaat, Boğaziçi Yazılım, Şeker Gıda 🍬, Güneş Enerji ☀️',
    endings: 'A.Ş., Ltd. Şti.',
    cities: 'İstanbul/Kadıköy/347##, İzmir//350##, Diyarbakır//210##, Muğla//480##',
    streets: 'İstiklâl Cad. No:%#, Atatürk Bulvarı %##/%, Gül Sk. No % D:%',
    phones: '0212 %## ## ##, +90 53% ### ## ##, 0 (53%) ### ## ##, 0090 312 %## ####',
    titles: 'Genel Müdür, Satış Sorumlusu, Mühendis',
  },
  {
    country: 'Ελλάδα',
    given:
      'Γιώργος:giorgos, Ελένη:eleni, Νίκος:nikos, Αγγελική:angeliki, Οδυσσέας:odysseas, Ευαγγελία:evangelia, Χρήστος:christos, Ιωάννα:ioanna, Δημήτρης:dimitris, Σοφία:sofia',
    family:
      'Παπαδόπουλος:papadopoulos, Οικονόμου:oikonomou, Γεωργίου:georgiou, Καζαντζάκη:kazantzaki, Μητσοτάκης:mitsotakis, Βλάχος:vlachos, Αντετοκούνμπο:antetokounmpo, Ξενάκη:xenaki, Λάσκαρης:laskaris, Δήμου:dimou',
    companies: 'Ελαιώνες Κρήτης 🫒:elaiones, Αιγαίο Ναυτιλιακή:aegean, Ήλιος:ilios, Φάρος:faros',
    endings: 'Α.Ε., Ε.Π.Ε., Ο.Ε.',
    cities: 'Αθήνα//10# ##, Θεσσαλονίκη//54# ##, Ηράκλειο/Κρήτη/71# ##',
    streets: 'Ερμού %#, Λεωφ. Κηφισίας %##, Οδός Ελευθερίας %',
    phones: '210 %## ####, +30 69%# ### ###, 69%#######, 0030 2310 %## ###',
    titles: 'Διευθυντής, Λογίστρια, Μηχανικός',
  },
  {
    country: 'Україна',
    given:
      'Олександр:oleksandr, Ірина:iryna, Володимир:volodymyr, Наталія:nataliia, Євген:yevhen, Ганна:hanna, Любов:liubov, Їжакевич:yizhak, Микола:mykola, Оксана:oksana, Дмитрий:dmitry, Алёна:alyona',
    family:
      'Шевченко:shevchenko, Коваленко:kovalenko, Ґудзь:gudz, Єршова:yershova, Мельник:melnyk, Кравчук:kravchuk, Щербань:shcherban, Лук’яненко:lukianenko, Бондарчук:bondarchuk, Петрова:petrova',
    companies:
      'Дніпро Софт:dnipro, Хлібзавод №1 🍞:khlib, Київська Паляниця:palianytsia, Чорне Море:chornemore',
    endings: 'ТОВ, ПрАТ, ФОП',
    cities: 'Київ//01###, Львів//79###, Харків//61###, Одеса//65###',
    streets: 'вул. Хрещатик %#, просп. Свободи %## кв. %#, вул. Лесі Українки %',
    phones: '(044) %## ## ##, +380 67 %## ## ##, 067 %######, 8 (050) %##-##-##',
    titles: 'Директор, Бухгалтерка, Менеджер з продажу',
  },
  {
    country: 'ישראל',
    given:
      'דוד:david, שרה:sara, יעקב:yaakov, נועה:noa, מיכאל:michael, תמר:tamar, אברהם:avraham, רחל:rachel, איתי:itay, שירה:shira',
    family:
      'כהן:cohen, לוי:levi, בן־דוד:bendavid, מזרחי:mizrahi, פרץ:peretz, אזולאי:azulay, ביטון:biton, רוזנברג:rosenberg, שפירא:shapira, גולדשטיין:goldstein',
    companies: 'אור תוכנה:or, גליל מים 💧:galil, ירוק כחול:yarok, תפוז:tapuz',
    endings: 'בע"מ, בע״מ',
    cities: 'תל אביב//6####0#, ירושלים//9####0#, חיפה//3####0#',
    streets: 'רחוב הרצל %#, שדרות רוטשילד %##, דרך יפו %',
    phones: '03-%######, +972 5%-###-####, 05%-#######, 00972-2-%######',
    titles: 'מנכ"ל, סמנכ״לית שיווק, מהנדסת',
  },
  {
    country: 'الإمارات العربية المتحدة',
    given:
      'محمد:mohammed, فاطمة:fatima, أحمد:ahmed, عائشة:aisha, عبد الرحمن:abdulrahman, نورة:noura, خالد:khalid, مريم:maryam, يوسف:yousef, ليلى:layla',
    family:
      'الهاشمي:alhashimi, آل مكتوم:almaktoum, النعيمي:alnuaimi, عبد الله:abdullah, المنصوري:almansoori, القاسمي:alqasimi, الشامسي:alshamsi, حدّاد:haddad, بن راشد:binrashid, السويدي:alsuwaidi',
    companies: 'الخليج للتجارة:khaleej, نخيل الصحراء 🌴:nakheel, دار النور:darnoor, اللؤلؤة:lulua',
    endings: 'ذ.م.م, ش.م.ع',
    cities: 'دبي//, أبو ظبي//, الشارقة//',
    streets: 'شارع الشيخ زايد %##, ص.ب. %###, شارع الكورنيش %#',
    phones: '04 %## ####, +971 50 %## ####, 050-%######, 00971 2 %## ####, ٠٥٠ ١٢٣ ٤٥٦٧',
    titles: 'المدير العام, مهندسة, مدير المبيعات',
  },
  {
    country: '日本',
    given:
      '太郎:taro, 花子:hanako, 健一:kenichi, さくら:sakura, 美咲:misaki, 翔太:shota, 陽菜:hina, ジョン:john, 大輔:daisuke, 結衣:yui',
    family:
      '佐藤:sato, 鈴木:suzuki, 高橋:takahashi, 田中:tanaka, 渡邊:watanabe, 髙木:takagi, 山﨑:yamazaki, 𠮷田:yoshida, 小林:kobayashi, 伊藤:ito',
    companies:
      '株式会社サンライズ:sunrise, みどり製作所:midori, 東京ラーメン🍜:ramen, 富士通商:fujitsusho, ネコカフェ🐱:nekocafe',
    endings: '（株）, 合同会社',
    cities: '東京都/千代田区/100-00##, 大阪市/大阪府/530-00##, 札幌市/北海道/060-00##',
    streets: '丸の内%-%-%, 北%条西%丁目, 梅田%丁目%番%号 ビル##F',
    phones: '03-%###-####, +81 90-%###-####, 090-%###-####, ０９０−１２３４−５６７８, 0081 6 %### ####',
    titles: '代表取締役, 営業部長, エンジニア',
  },
  {
    country: '中国',
    given:
      '伟:wei, 芳:fang, 秀英:xiuying, 娜:na, 敏:min, 静:jing, 子涵:zihan, 浩然:haoran, 丽:li, 建国:jianguo',
    family: '王:wang, 李:li, 张:zhang, 刘:liu, 欧阳:ouyang, 陈:chen, 诸葛:zhuge, 赵:zhao, 黄:huang, 周:zhou',
    companies:
      '龙腾科技🐉:longteng, 长城贸易:changcheng, 青岛海鲜:qingdao, 熊猫互联🐼:panda, 上海光明:guangming',
    endings: '有限公司, 股份有限公司, 集团',
    cities: '北京//1000##, 上海//2000##, 深圳/广东/5180##, 成都/四川/6100##',
    streets: '人民路%##号, 中山北路%#弄%号, 建国门外大街%号%层',
    phones: '010-%#######, +86 138 %### ####, 139########, 0086-21-%#######',
    titles: '总经理, 销售总监, 工程师',
  },
  {
    country: '대한민국',
    given:
      '민준:minjun, 서연:seoyeon, 지훈:jihoon, 하은:haeun, 영수:youngsoo, 수지:suji, 현우:hyunwoo, 예은:yeeun',
    family: '김:kim, 이:lee, 박:park, 최:choi, 남궁:namgung, 정:jung, 강:kang, 황보:hwangbo',
    companies: '한빛소프트:hanbit, 서울물류:seoul, 김밥천국🍙:gimbap, 무궁화:mugunghwa',
    endings: '(주), 주식회사',
    cities: '서울특별시/강남구/06###, 부산광역시//48###, 제주시/제주도/63###',
    streets: '테헤란로 %##, 세종대로 %# %층, 해운대로 %##번길 %',
    phones: '02-%##-####, +82 10-%###-####, 010-%###-####, 010%#######',
    titles: '대표이사, 팀장, 개발자',
  },
  {
    country: 'Việt Nam',
    given: 'Văn Hùng, Thị Hương, Đức, Ngọc Ánh, Quốc Bảo, Thùy Dương, Hữu Phước, Mỹ Linh, Tuấn, Thị Mỹ Hạnh',
    family: 'Nguyễn, Trần, Lê, Phạm, Huỳnh, Đặng, Bùi, Đỗ, Hồ, Võ',
    companies: 'Phở Hà Nội 🍲, Công Nghệ Sao Mai, Đại Dương Xanh, Gạo Việt 🌾',
    endings: 'TNHH, CP, JSC',
    cities: 'Hà Nội//100###, Thành phố Hồ Chí Minh//700###, Đà Nẵng//550###, Huế/Thừa Thiên/530###',
    streets: '%# Phố Huế, Ngõ %# Đường Láng, %## Nguyễn Huệ Q.1',
    phones: '024 3%## ####, +84 90 %## ## ##, 090%######, (028) 3%## ####',
    titles: 'Giám đốc, Kế toán trưởng, Kỹ sư',
  },
  {
    country: 'भारत',
    given:
      'Rahul, Priya, अमित:amit, सुनीता:sunita, Venkata Subramanian, Ananya, तमिल்:tamil, Gurpreet, অনিন্দিতা:anindita, Lakshmi',
    family:
      'Sharma, Iyer, पाटिल:patil, Krishnamurthy, Kaur, সেন:sen, Reddy, சுந்தரம்:sundaram, D’Souza, वर्मा:verma',
    companies: 'Ganesh Exports, चाय पॉइंट 🍵:chaipoint, Lotus Infotech 🪷, Bharat Tools, Monsoon Media 🌧️',
    endings: 'Pvt. Ltd., LLP, & Co.',
    cities: 'मुंबई/महाराष्ट्र/4000##, Bengaluru/Karnataka/5600##, Chennai/Tamil Nadu/6000##, New Delhi/DL/1100##',
    streets: '#%/% M.G. Road, Flat %0%; Lakshmi Apts; 2nd Cross, प्लॉट नं. %#',
    phones: '+91 98%## #####, 098%## #####, 022-2%## ####, 0091 80 4%## ####',
    titles: 'Founder & CTO, Sr. Manager (Ops), Proprietor',
  },
];

/** Regions of central and eastern Europe, the Near East and Asia, in their own scripts. */
export const EASTERN_REGIONS = SOURCES.map(readRegion);
