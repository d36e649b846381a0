/** What attacks try, and what is noted of some, by the English sentence of the API's list: many attacks share one. */
export const deTries = {
  "to read a neighbour's file": 'um die Datei eines Nachbarn zu lesen',
  'to have a URL signed for it': 'um eine URL dafür signiert zu bekommen',
  'to read it in pieces': 'um sie stückweise zu lesen',
  'to learn that it is there': 'um zu erfahren, dass es sie gibt',
  'to learn its size': 'um ihre Größe zu erfahren',
  "to remove a neighbour's file": 'um die Datei eines Nachbarn zu löschen',

  "to turn one's own URL into one for a neighbour's file":
    'um aus der eigenen URL eine für die Datei eines Nachbarn zu machen',
  'the same through dots': 'dasselbe mit Punkten',
  'the same through dots that a server decodes later': 'dasselbe mit Punkten, die ein Server erst später dekodiert',
  'to keep reading': 'um weiterhin zu lesen',
  'to keep reading for ever': 'um für immer zu lesen',
  'to make it young again': 'um sie wieder jung zu machen',
  'to find a check that looks at part of it': 'um eine Prüfung zu finden, die nur einen Teil ansieht',
  'to find a store that takes none for good': 'um einen Speicher zu finden, der auch ohne Signatur antwortet',
  'to be free of the host': 'um nicht an den Servernamen gebunden zu sein',
  'to read what was deleted': 'um zu lesen, was gelöscht wurde',
  'to have a picture opened as a page': 'damit ein Bild als Seite geöffnet wird',
  'to have a download opened': 'damit eine Datei geöffnet statt heruntergeladen wird',
  'to read or set who may read': 'um zu sehen oder festzulegen, wer lesen darf',
  'to remove with a right to read': 'um mit einem Leserecht zu löschen',
  'to replace with a right to read': 'um mit einem Leserecht zu ersetzen',
  'to have it signed for one and used at another':
    'um sie für einen Server signieren zu lassen und bei einem anderen zu benutzen',
  'to use a URL from an old mail': 'um eine URL aus einer alten E-Mail zu benutzen',

  'to store more than was counted': 'um mehr zu speichern, als gezählt wurde',
  'to store less than was declared': 'um weniger zu speichern, als angegeben war',
  'to store a page as a picture': 'um eine Seite als Bild zu speichern',
  'to have the store choose one': 'damit der Speicher einen wählt',
  'to have the store copy what one may not read': 'damit der Speicher kopiert, was man nicht lesen darf',
  'to make it readable for everybody': 'um die Datei für alle lesbar zu machen',
  'to have the bucket choose one': 'damit der Bucket eine wählt',
  'to store it in the clear': 'um unverschlüsselt zu speichern',
  'to set what only the server sets': 'um zu setzen, was nur der Server setzt',
  'to pass for something that was scanned': 'um als durchsucht zu gelten',
  'to lead readers elsewhere': 'um Leser anderswohin zu führen',
  'to make it slow or costly': 'um es langsam oder teuer zu machen',
  'to replace what was sent already': 'um zu ersetzen, was schon gesendet ist',
  'to leave it in a foreign quarantine': 'um etwas in einer fremden Quarantäne abzulegen',
  'to have it read unverified': 'damit es ungeprüft gelesen wird',
  'to send it tomorrow': 'um erst morgen zu senden',
  'to use a leaked one': 'um eine zu benutzen, die in falsche Hände kam',
  'to read with a right to write': 'um mit einem Schreibrecht zu lesen',
  'to remove with a right to write': 'um mit einem Schreibrecht zu löschen',

  "to make a neighbour's upload one's own": 'um sich die Sendung eines Nachbarn anzueignen',
  'to finish what somebody else began': 'um abzuschließen, was jemand anderes begann',
  'to finish it without a token': 'um die Sendung ohne Token abzuschließen',
  "to have a write URL into a neighbour's upload": 'um eine Schreib-URL in die Sendung eines Nachbarn zu bekommen',
  "to stop a neighbour's upload": 'um die Sendung eines Nachbarn aufzuhalten',
  'to change what the token says': 'um zu ändern, was im Ticket steht',
  'to have a file that is none': 'um eine Datei zu haben, die keine ist',
  'to replace what was verified': 'um zu ersetzen, was geprüft wurde',
  'to open it again': 'um die Sendung wieder zu öffnen',
  'to bring back what an admin removed': 'um zurückzuholen, was ein Admin gelöscht hat',

  'to find a route without a guard': 'um eine Stelle ohne Wächter zu finden',
  'to be somebody of A by saying so, signed by nobody':
    'um für jemanden von Organisation 1 zu gelten, ohne dass irgendwer signiert hat',
  'to be somebody of A': 'um für jemanden von Organisation 1 zu gelten',
  'to find a parser that does not look': 'um eine Auswertung zu finden, die nicht hinsieht',
  'to use one secret for another purpose': 'um ein Geheimnis für einen anderen Zweck zu benutzen',

  'to be of A by a header': 'um durch eine Kopfzeile zu Organisation 1 zu gehören',
  'to be of A by a query': 'um durch eine Abfrage zu Organisation 1 zu gehören',
  'to be of A by what a proxy adds': 'um durch das, was ein Proxy hinzufügt, zu Organisation 1 zu gehören',
  'to have a proxy rule pass': 'um an der Regel eines Proxys vorbeizukommen',
  'to list from another place': 'um von einem anderen Ort aus aufzulisten',
  'to begin an upload for A': 'um eine Sendung für Organisation 1 zu beginnen',
  'to name A before the place': 'um vor dem Ort Organisation 1 zu nennen',

  'to write where the path does not lead': 'um zu schreiben, wohin der Pfad nicht führt',
  'to store what a browser runs, or what is not what it says':
    'um zu speichern, was ein Browser ausführt oder was nicht ist, was es sagt',

  'to read organisation 1’s file with the S3 client, in the name of organisation 11':
    'um die Datei von Organisation 1 mit dem S3-Client zu lesen, im Namen von Organisation 11',
  'to read it without saying for whom': 'um sie zu lesen, ohne zu sagen, für wen',
  'to copy organisation 1’s file into the folder of organisation 11':
    'um die Datei von Organisation 1 in den Ordner von Organisation 11 zu kopieren',
  'to remove what is written once, with the application’s credentials and no module between':
    'um zu löschen, was einmal geschrieben wird: mit den Zugangsdaten der Anwendung und ohne das Modul dazwischen',
  'to leave an object at the root of the bucket': 'um ganz oben im Bucket ein Objekt abzulegen',
  'to read organisation 1’s rows in a transaction of organisation 11':
    'um Zeilen von Organisation 1 in einer Transaktion von Organisation 11 zu lesen',
  'to take the protection itself away': 'um den Schutz selbst wegzunehmen',
  'to make what was done unhappen': 'um ungeschehen zu machen, was getan wurde',

  'to run a script that got into the page': 'um ein Skript auszuführen, das in die Seite geriet',
  'to send what the page knows to another server': 'um an einen anderen Server zu senden, was die Seite weiß',
  'to tell another server what the page knows, without asking for an answer':
    'um einem anderen Server mitzuteilen, was die Seite weiß, ohne nach einer Antwort zu fragen',

  'Not to be told from an absent file.': 'Nicht von einer Datei zu unterscheiden, die es nicht gibt.',
  "A's file stays: B had none.": 'Die Datei von Organisation 1 bleibt: Organisation 11 hatte keine.',
  'B sees its own list, as without the lure.': 'Organisation 11 sieht ihre eigene Liste, wie ohne den Köder.',
  'No request leaves the process.': 'Keine Anfrage verlässt den Prozess.',
  DenyAuditArchiveDeletion: 'Regel „DenyAuditArchiveDeletion“ der Richtlinie.',
  DenyKeysOutsideLayout: 'Regel „DenyKeysOutsideLayout“ der Richtlinie.',
  'Row level security: for 11 these rows are not there.':
    'Zugriffsschutz je Zeile: für Organisation 11 gibt es diese Zeilen nicht.',
  'The application’s role owns nothing.': 'Der Rolle der Anwendung gehört nichts.',
  'The journal is only added to.': 'Dem Journal wird nur hinzugefügt.',
};
