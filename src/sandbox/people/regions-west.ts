import { type RegionSource, readRegion } from './region.js';

const SOURCES: readonly RegionSource[] = [
  {
    country: 'United States',
    given:
      "James, Mary, Robert, Patricia, DeShawn, Jennifer, Michael, Linda, Xochitl, Elizabeth, José, Barbara, Tyrell, Susan, Mary-Jane, Karen, J.R., D'Angelo, Siobhan, Wei",
    family:
      "Smith, Johnson, O'Brien, Williams, García-López, Jones, Miller, Davis, Van der Berg, Nguyen, St. John, MacDonald, Smith-Jones, Begay, Kim, O’Connor, Washington, Patel, de la Cruz, Li",
    companies:
      'Acme, Blue Ridge Outfitters, Summit & Sons, Lone Star Freight, Redwood Analytics, Joe’s Tacos 🌮, Bright Smiles Dental 😁, Pixel Foundry, Great Lakes Supply, "Quoted" Media',
    endings: 'Inc., LLC, Corp., Co.',
    cities:
      'Springfield/IL/627##, Austin/TX/787##, Portland/OR/972##, Miami/FL/331##, Boise/ID/837##, New York/NY/100##',
    streets:
      '%## Main St, %### Elm Ave Apt %#, %### W %#th St, PO Box %###, %## Martin Luther King Jr. Blvd Suite %00',
    phones:
      '(%02) 555-01##, %03-555-01##, %05.555.01##, +1 %07 555 01##, +1 (%02) 555-01## ext. %#, 1-800-555-01##, %0455501##',
    titles:
      'CEO, VP of Sales, Account Executive, Office Manager, Software Engineer, Owner / Operator, Head of R&D',
  },
  {
    country: 'United Kingdom',
    given:
      'Oliver, Amelia, Harry, Isla, Nia, Rhys, Eilidh, Callum, Zoë, Chloë, Siân, Mohammed, Priya, Angus, Beatrix, Tom',
    family:
      'Jones, Evans, MacLeod, Fitzgerald, Featherstonehaugh, Khan, Taylor, Ó Briain, Smith, Campbell, Llewellyn, Begum, Wright, Bloggs-Hughes, Ap Rhys, Singh',
    companies:
      'Thistle & Rye, Albion Logistics, Brontë Books, Harbour Marine, Penguin Lane, Café Crème, Fenwick Tools, Tea4Two ☕',
    endings: 'Ltd, PLC, LLP, & Sons Ltd',
    cities:
      'London//SW1A %@@, Manchester//M1 %@@, Llanfairpwllgwyngyll/Anglesey/LL61 %@@, Glasgow//G2 %@@, Bath/Somerset/BA1 %@@',
    streets: '%# High Street, Flat %; %## King’s Road, The Old Rectory; Church Lane, %# St Mary’s Close',
    phones:
      '020 7946 0###, +44 20 7946 0###, 07700 900###, +44 (0)7700 900###, 0161 496 0###, 00441314960###',
    titles: 'Managing Director, Head of Marketing, Solicitor, Buyer, Chief of Staff',
  },
  {
    country: 'Deutschland',
    given:
      'Jürgen, Käthe, Björn, Zoë, Hans-Peter, Änne, Günther, Sören, Anneliese, Müzeyyen, Karl-Heinz, Ulrike, Jörg, Lea, Maximilian, Friederike',
    family:
      'Müller, Groß, Weiß, Schäfer, von und zu Guttenberg, Özdemir, Straßburger, Böhm, Köhler, Lüdenscheidt, Meyer-Landrut, Schröder, Jäger, Yılmaz, Fuchs, Döring',
    companies:
      'Nordlicht, Fährhaus Brücke, Müller & Söhne, Grüne Energie, Weißbier Kontor 🍺, Präzision, Übermorgen Software, Bäckerei Schmidt',
    endings: 'GmbH, AG, GmbH & Co. KG, e.V., UG (haftungsbeschränkt)',
    cities:
      'München/Bayern/80###, Köln/NRW/50###, Düsseldorf/NRW/40###, Berlin//10###, Würzburg/Bayern/97###',
    streets: 'Hauptstraße %#, Straße des 17. Juni %##, Königsallee %#a, Am Weißen Stein %',
    phones:
      '030 23125 ###, +49 (0)30 23125###, 0171 39200##, +49-89-99998-###, 0049 221 4710 ###, 089/99998###',
    titles: 'Geschäftsführer, Prokuristin, Leiter Einkauf, Vertriebsleiterin, Sachbearbeiter, Dr. rer. nat.',
  },
  {
    country: 'France',
    given:
      'François, Chloé, Benoît, Anaïs, Jean-Baptiste, Zoé, Maëlys, Loïc, Hélène, Françoise, Gaëlle, Éric, Œnone, Noël, Aïcha, Raphaël',
    family:
      "Lefèvre, d'Arc, de La Rochefoucauld, Çelik, Château, Benoît, Garçon, L’Hôpital, Dupont, Müller, Ñiguez, Bérénger, Le Goff, N’Diaye, Crêpeau, Gauthier",
    companies:
      'Fromagerie du Château 🧀, Électro Sud, Les Trois Frères, Crème & Cie, Œuvres Vives, Bâtir Ensemble, Atelier Noël, Île de Lumière',
    endings: 'SARL, S.A., SAS, EURL',
    cities: 'Paris//750##, Saint-Étienne/Loire/420##, Nîmes/Gard/300##, Besançon/Doubs/250##, Orléans//450##',
    streets: "%# rue de l'Église, %## bis avenue des Champs-Élysées, % quai d'Orsay, %# chemin du Pré",
    phones:
      '01 99 00 ## ##, +33 6 39 98 ## ##, 06.39.98.##.##, 0033 1 99 00 ## ##, 06-39-98-##-##, +33 (0)4 65 71 ## ##',
    titles: 'Directrice générale, Chargé de clientèle, Ingénieur·e, Responsable achats, Comptable',
  },
  {
    country: 'España',
    given:
      'José, María José, Íñigo, Begoña, Joaquín, Núria, Ángel, Lucía, Ramón, Concepción, Asier, Ximena, Óscar, Pilar, Iván, Mª Carmen',
    family:
      'Núñez, Ibáñez, García Márquez, Peña, de la Vega, Muñoz, Güell, Puigdemont i Casamajó, Etxeberria, López, Zúñiga, Martín, Castaño, Ruiz, Ortúzar, Vázquez',
    companies:
      'Panadería Muñoz, Años Luz, Iñaki e Hijos, Española de Cítricos 🍊, Montaña Azul, Señorío, Pingüino Frío, Málaga Digital',
    endings: 'S.L., S.A., S. Coop.',
    cities:
      'Málaga//290##, A Coruña/Galicia/150##, Cádiz//110##, Barcelona/Catalunya/080##, Logroño/La Rioja/260##',
    streets: 'C/ Mayor %# 3º izq., Avda. de España %##, Plaça de Catalunya %, Cº de la Peña s/n',
    phones: '91 123 4# ##, +34 612 34 ## ##, 612 34# ###, 0034 93 123 ## ##, (+34) 952 12 ## ##',
    titles: 'Directora, Jefe de ventas, Técnico, Secretaría, Dueño',
  },
  {
    country: 'Brasil',
    given:
      'João, Conceição, Luís, Inês, Antônio, Letícia, Caetano, Thaís, Sebastião, Simão, Júlia, Fábio, Aimê, Raíssa, Vinícius, Moacyr',
    family:
      'da Silva, Gonçalves, de Assunção, Magalhães, Araújo, dos Santos Júnior, Brandão, Conceição, Muniz, Leão, Sá, Ávila, Neto, Guimarães, Pirajá, Falcão',
    companies:
      'Pão de Açaí, Construções Leão, Irmãos Gonçalves, Alô Telecom 📞, Amazônia Verde 🌿, Café São João, Ônix, Mineração Pirajá',
    endings: 'Ltda., S.A., ME, EIRELI',
    cities: 'São Paulo/SP/01###-0##, Florianópolis/SC/880##-###, Belém/PA/660##-###, Maceió/AL/570##-###',
    streets: 'Rua São Bento %##, Av. Paulista %### cj. %#, Praça da Sé s/nº, Travessa do Açaí %#',
    phones: '(11) 9%###-####, +55 11 9%### ####, 0xx21 2%##-####, +55 (48) 9%###-####, 11 9%#######',
    titles: 'Sócio-gerente, Diretora, Vendedor, Analista de TI, Gerente de operações',
  },
  {
    country: 'Ísland',
    given: 'Þórdís, Ægir, Björk, Guðmundur, Ásta, Sigríður, Ólafur, Ísold, Hrafnhildur, Örn, Þór, Friðrik',
    family:
      'Guðmundsdóttir, Þorsteinsson, Ásgeirsdóttir, Jónsson, Ægisdóttir, Sigurðardóttir, Björnsson, Óskarsdóttir, Hauksson, Blöndal, Friðriksson, Ólafsdóttir',
    companies: 'Þorskur, Jökull Hugbúnaður, Norðurljós, Bæjarins Bestu 🌭, Eldfjall 🌋',
    endings: 'ehf., hf., slf.',
    cities: 'Reykjavík//10%, Akureyri//60%, Ísafjörður//400, Höfn//780',
    streets: 'Laugavegur %#, Þórsgata %, Skólavörðustígur %#b',
    phones: '5%# ####, +354 8%# ####, 8%#-####, 00354 5%#####',
    titles: 'Framkvæmdastjóri, Forritari, Sölustjóri',
  },
  {
    country: 'Norge',
    given: 'Øystein, Åse, Håkon, Bjørg, Lærke, Jørn, Solveig, Pål, Synnøve, Kåre, Maj-Britt, Håvard',
    family: 'Ødegård, Bjørnson, Åsheim, Sæther, Skogstø, Hansen, Løkken, Grønn, Kjær, Nordmann, Østby, Vågå',
    companies: 'Blåfjell, Sjømat Øst 🐟, Fløibanen, Ærlig Regnskap, Kråkesølv',
    endings: 'AS, ASA, ANS',
    cities: 'Ålesund//600%, Tromsø//900%, Oslo//015#, Bodø//800%',
    streets: 'Kongens gate %#, Øvre Slottsgate %, Sjøgata %#A',
    phones: '2% ## ## ##, +47 4%# ## ###, 9%######, 0047 2% ## ## ##',
    titles: 'Daglig leder, Økonomisjef, Rådgiver',
  },
];

/** Regions that write in Latin letters, west of the Oder. */
export const WESTERN_REGIONS = SOURCES.map(readRegion);
