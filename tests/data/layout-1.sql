-- A store of layout 1: the nine documents and tests/data/awkward.yaml, as the release with that layout wrote them.
PRAGMA application_id = 1179602500;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE fonds_meta (
	id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	secret VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO fonds_meta VALUES(1,1,'f10c7c1a80041e51a8356508d36c882d');
CREATE TABLE genres (
	id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	folded VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (folded)
);
INSERT INTO genres VALUES(1,'memorandum of conversation','memorandum of conversation');
INSERT INTO genres VALUES(2,'diary','diary');
INSERT INTO genres VALUES(3,'ciphered telegram','ciphered telegram');
INSERT INTO genres VALUES(4,'Letter','letter');
CREATE TABLE people (
	id INTEGER NOT NULL, 
	"key" VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	folded VARCHAR NOT NULL, 
	sort_name VARCHAR NOT NULL, 
	birth_edtf VARCHAR, 
	birth_label VARCHAR, 
	birth_is_printed BOOLEAN NOT NULL, 
	birth_first_day BIGINT, 
	birth_last_day BIGINT, 
	death_edtf VARCHAR, 
	death_label VARCHAR, 
	death_is_printed BOOLEAN NOT NULL, 
	death_first_day BIGINT, 
	death_last_day BIGINT, 
	description VARCHAR, 
	extra JSON NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE ("key")
);
INSERT INTO people VALUES(1,'roshchin','PERSON','N.V. Roshchin','n.v. roshchin','n.v. roshchin',NULL,NULL,0,NULL,NULL,NULL,NULL,0,NULL,NULL,'Soviet ambassador to China, so called in documents of 1949 and 1950.','{}');
INSERT INTO people VALUES(2,'mao-zedong','PERSON','Mao Zedong','mao zedong','mao zedong',NULL,NULL,0,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,'{}');
INSERT INTO people VALUES(3,'zhou-enlai','PERSON','Zhou Enlai','zhou enlai','zhou enlai',NULL,NULL,0,NULL,NULL,NULL,NULL,0,NULL,NULL,'Chinese foreign minister, so called on 9 December 1949.','{}');
INSERT INTO people VALUES(4,'stalin','PERSON','Joseph Stalin','joseph stalin','joseph stalin',NULL,NULL,0,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,'{}');
INSERT INTO people VALUES(5,'kim-il-sung','PERSON','Kim Il Sung','kim il sung','kim il sung',NULL,NULL,0,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,'{}');
INSERT INTO people VALUES(6,'peng-dehuai','PERSON','Peng Dehuai','peng dehuai','peng dehuai',NULL,NULL,0,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,'{}');
INSERT INTO people VALUES(7,'gao-gang','PERSON','Gao Gang','gao gang','gao gang',NULL,NULL,0,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,'{}');
INSERT INTO people VALUES(8,'ussr-foreign-ministry','ORGANIZATION','USSR Foreign Ministry','ussr foreign ministry','ussr foreign ministry',NULL,NULL,0,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,'{}');
INSERT INTO people VALUES(9,'guomindang','ORGANIZATION','Guomindang','guomindang','guomindang',NULL,NULL,0,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,'{}');
INSERT INTO people VALUES(10,'peoples-liberation-army','ORGANIZATION','People''s Liberation Army','people''s liberation army','people''s liberation army',NULL,NULL,0,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,'{}');
INSERT INTO people VALUES(11,'soviet-embassy-beijing-charge','OFFICE','Chargé d’affaires of the Soviet Embassy in Beijing','charge d''affaires of the soviet embassy in beijing','charge d''affaires of the soviet embassy in beijing',NULL,NULL,0,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,'{}');
INSERT INTO people VALUES(12,'ann','PERSON','Ann','ann','ann','1900~','c. 1900',0,19000101,19001231,'1960?','perhaps 1960',1,19600101,19601231,NULL,'{}');
INSERT INTO people VALUES(13,'bob','FAMILY','Bob','bob','bob',NULL,NULL,0,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,'{"x_house": "red"}');
INSERT INTO people VALUES(14,'Stalin','UNKNOWN','stalin','stalin','stalin',NULL,NULL,0,NULL,NULL,NULL,NULL,0,NULL,NULL,'Same letters, other case.','{}');
INSERT INTO people VALUES(15,'alone','ORGANIZATION','Alone','alone','alone',NULL,NULL,0,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,'{}');
CREATE TABLE topics (
	id INTEGER NOT NULL, 
	"key" VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	folded VARCHAR NOT NULL, 
	sort_name VARCHAR NOT NULL, 
	description VARCHAR, 
	extra JSON NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE ("key")
);
INSERT INTO topics VALUES(1,'foreign-relations','SUBJECT','Foreign relations','foreign relations','foreign relations',NULL,'{}');
INSERT INTO topics VALUES(2,'diplomatic-recognition','SUBJECT','Diplomatic recognition','diplomatic recognition','diplomatic recognition','Recognition of states, and establishing or refusing diplomatic relations with them.','{}');
INSERT INTO topics VALUES(3,'sino-soviet-relations','SUBJECT','Sino-Soviet relations','sino-soviet relations','sino-soviet relations',NULL,'{}');
INSERT INTO topics VALUES(4,'sino-korean-relations','SUBJECT','Sino-Korean relations','sino-korean relations','sino-korean relations',NULL,'{}');
INSERT INTO topics VALUES(5,'military-affairs','SUBJECT','Military affairs','military affairs','military affairs',NULL,'{}');
INSERT INTO topics VALUES(6,'military-assistance','SUBJECT','Military assistance','military assistance','military assistance',NULL,'{}');
INSERT INTO topics VALUES(7,'military-advisors','SUBJECT','Military advisors','military advisors','military advisors',NULL,'{}');
INSERT INTO topics VALUES(8,'air-force-training','SUBJECT','Air force training','air force training','air force training','Training of pilots and air force units.','{}');
INSERT INTO topics VALUES(9,'troop-movements','SUBJECT','Troop movements','troop movements','troop movements',NULL,'{}');
INSERT INTO topics VALUES(10,'prisoners-of-war','SUBJECT','Prisoners of war','prisoners of war','prisoners of war',NULL,'{}');
INSERT INTO topics VALUES(11,'korean-war','EVENT','Korean War','korean war','korean war',NULL,'{}');
INSERT INTO topics VALUES(12,'korean-armistice-talks','EVENT','Armistice talks in the Korean War','armistice talks in the korean war','armistice talks in the korean war','The negotiations in Korea, and a potential armistice before them.','{}');
INSERT INTO topics VALUES(13,'mao-zedong-visit-to-the-soviet-union','EVENT','Mao Zedong’s visit to the Soviet Union','mao zedong''s visit to the soviet union','mao zedong''s visit to the soviet union',NULL,'{}');
INSERT INTO topics VALUES(14,'china','PLACE','China','china','china',NULL,'{}');
INSERT INTO topics VALUES(15,'beijing','PLACE','Beijing','beijing','beijing',NULL,'{}');
INSERT INTO topics VALUES(16,'korea','PLACE','Korea','korea','korea',NULL,'{}');
INSERT INTO topics VALUES(17,'sino-korean-border','PLACE','Sino-Korean border','sino-korean border','sino-korean border',NULL,'{}');
INSERT INTO topics VALUES(18,'soviet-union','PLACE','Soviet Union','soviet union','soviet union',NULL,'{}');
INSERT INTO topics VALUES(19,'moscow','PLACE','Moscow','moscow','moscow',NULL,'{}');
INSERT INTO topics VALUES(20,'albania','PLACE','Albania','albania','albania',NULL,'{}');
INSERT INTO topics VALUES(21,'burma','PLACE','Burma','burma','burma',NULL,'{}');
INSERT INTO topics VALUES(22,'german-democratic-republic','PLACE','German Democratic Republic','german democratic republic','german democratic republic',NULL,'{}');
INSERT INTO topics VALUES(23,'india','PLACE','India','india','india',NULL,'{}');
INSERT INTO topics VALUES(24,'japan','PLACE','Japan','japan','japan',NULL,'{}');
INSERT INTO topics VALUES(25,'united-kingdom','PLACE','United Kingdom','united kingdom','united kingdom',NULL,'{}');
INSERT INTO topics VALUES(26,'yugoslavia','PLACE','Yugoslavia','yugoslavia','yugoslavia',NULL,'{}');
INSERT INTO topics VALUES(27,'awkward','SUBJECT','Ärger','arger','arger',NULL,'{"x_note": {"a": [1, 2.5, null]}}');
INSERT INTO topics VALUES(28,'awkward-a','SUBJECT','"Quoted" \ topic','"quoted" \ topic','quoted" \ topic',NULL,'{}');
INSERT INTO topics VALUES(29,'awkward-b','EVENT','Émeute','emeute','emeute',replace('Two\nlines	and a tab','\n',char(10)),'{}');
INSERT INTO topics VALUES(30,'awkward-c','PLACE','zzz','zzz','zzz',NULL,'{}');
CREATE TABLE documents (
	id INTEGER NOT NULL, 
	"key" VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	sort_title VARCHAR NOT NULL, 
	date_edtf VARCHAR, 
	date_label VARCHAR, 
	date_is_printed BOOLEAN NOT NULL, 
	first_day BIGINT, 
	last_day BIGINT, 
	description VARCHAR, 
	source VARCHAR, 
	repository VARCHAR, 
	collection VARCHAR, 
	rights VARCHAR, 
	url VARCHAR, 
	number VARCHAR, 
	genre VARCHAR, 
	genre_id INTEGER, 
	classification VARCHAR, 
	position BIGINT, 
	extra JSON NOT NULL, 
	earliest_rising BIGINT NOT NULL GENERATED ALWAYS AS (coalesce(first_day, 9223372036854775807)) STORED, 
	earliest_falling BIGINT NOT NULL GENERATED ALWAYS AS (coalesce(first_day, -9223372036854775808)) STORED, 
	latest_rising BIGINT NOT NULL GENERATED ALWAYS AS (coalesce(last_day, 9223372036854775807)) STORED, 
	latest_falling BIGINT NOT NULL GENERATED ALWAYS AS (coalesce(last_day, -9223372036854775808)) STORED, 
	position_rising BIGINT NOT NULL GENERATED ALWAYS AS (coalesce(position, 9223372036854775807)) STORED, 
	position_falling BIGINT NOT NULL GENERATED ALWAYS AS (coalesce(position, -9223372036854775808)) STORED, 
	PRIMARY KEY (id), 
	UNIQUE ("key"), 
	FOREIGN KEY(genre_id) REFERENCES genres (id)
);
INSERT INTO documents VALUES(1,'1949-12-09-memorandum-of-conversation','Memorandum of Conversation, Charge d’Affaires of the Soviet Embassy with Chinese Foreign Minister Zhou Enlai on 9 December 1949','memorandum of conversation, charge d''affaires of the soviet embassy with chinese foreign minister zhou enlai on 9 december 1949','1949-12-09','December 9, 1949',1,19491209,19491209,'Description of a discussion between the Soviet Charge d''Affaires in the PRC and Zhou Enlai, covering Mao Zedong''s trip to Moscow and recognition of the PRC by England, Burma, and India.',NULL,NULL,NULL,NULL,NULL,NULL,'memorandum of conversation',1,NULL,1,'{}');
INSERT INTO documents VALUES(2,'1949-10-20-diary','From the Diary of N.V. Roshchin, Memorandum of Conversation with Chairman Mao Zedong on 20 October 1949','from the diary of n.v. roshchin, memorandum of conversation with chairman mao zedong on 20 october 1949','1949-10-20','October 20, 1949',1,19491020,19491020,'Record of a dinner between Soviet Ambassador Roshchin and Mao Zedong. Roshchin notes that the mood of dinner is very friendly, with each man toasting the other and the other''s country. The two also discuss China''s desire to establish diplomatic relations with Albania.',NULL,NULL,NULL,NULL,NULL,NULL,'diary',2,NULL,2,'{}');
INSERT INTO documents VALUES(3,'1949-10-16-diary','From the Diary of N.V. Roshchin: Memorandum of Conversation with Chairman Mao Zedong on 16 October 1949','from the diary of n.v. roshchin: memorandum of conversation with chairman mao zedong on 16 october 1949','1949-10-16','October 16, 1949',1,19491016,19491016,'Soviet Ambassador to China Roshchin records his conversation with Chairman Mao Zedong where he congratulates Mao on the successes of the People''s Liberation Army. Mao assures Roshchin that China will not take up diplomatic relations with Yugoslavia, and that it will officially recognize the GDR once the Soviet Union does.',NULL,NULL,NULL,NULL,NULL,NULL,'diary',2,NULL,3,'{}');
INSERT INTO documents VALUES(4,'1951-01-13-ciphered-telegram','Ciphered telegram, Roshchin to USSR Foreign Ministry','ciphered telegram, roshchin to ussr foreign ministry','1951-01-13','January 13, 1951',1,19510113,19510113,'Message to Stalin from Roshchin informing him of the Chinese receipt of one of his earlier telegrams and informing him of an invitation to Beijing to Kim Il Sung and Peng Dehuai from Mao.',NULL,NULL,NULL,NULL,NULL,NULL,'ciphered telegram',3,NULL,4,'{}');
INSERT INTO documents VALUES(5,'1951-06-13-ciphered-telegram','Ciphered Telegram No. 3557, Filippov [Stalin] to Roshchin','ciphered telegram no. 3557, filippov [stalin] to roshchin','1951-06-13','June 13, 1951',1,19510613,19510613,'Telegram from Stalin to Mao summarizing his discussions with Kim Il Sung and Gao Gang on the issues of military advisors, air force training and assistance, and the implications of a potential armistice.',NULL,NULL,NULL,NULL,NULL,'3557','ciphered telegram',3,NULL,5,'{}');
INSERT INTO documents VALUES(6,'1951-11-19-ciphered-telegram','Ciphered Telegram, Special No. 1821 from Beijing','ciphered telegram, special no. 1821 from beijing','1951-11-19','November 19, 1951',1,19511119,19511119,'Telegram from Roshchin to Moscow after meeting Zhou Enlai who asked him to request of Stalin an answer to Mao''s earlier inquiry on the negotiations in Korea.',NULL,NULL,NULL,NULL,NULL,'1821','ciphered telegram',3,NULL,6,'{}');
INSERT INTO documents VALUES(7,'1950-01-01-memorandum-of-conversation','Memorandum, Conversation of Mao and USSR Ambassador to China N.V. Roshchin on 1 January 1950','memorandum, conversation of mao and ussr ambassador to china n.v. roshchin on 1 january 1950','1950-01-01','January 1, 1950',1,19500101,19500101,'Mao Zedong informs Roshchin that India and Burma had expressed interest in establishing diplomatic relations with China, and that the UK may follow suit. The Chinese position, Mao said, is to agree to negotiations if these governments renounced their ties with the Guomindang. Mao and Roshchin also discussed the military situation and the question of Japanese POWs. Mao did not the POWs right away because the Chinese legal system was not developed enough. He also informed Roshchin of his intention to curtain stay in the USSR.',NULL,NULL,NULL,NULL,NULL,NULL,'memorandum of conversation',1,NULL,7,'{}');
INSERT INTO documents VALUES(8,'1950-07-08-ciphered-telegram','Ciphered Telegram No. 3231, Filippov [Stalin] to Soviet Ambassador Roshchin','ciphered telegram no. 3231, filippov [stalin] to soviet ambassador roshchin','1950-07-08','July 8, 1950',1,19500708,19500708,'Telegram from Stalin to Beijing advising that they send a representative to Korea.',NULL,NULL,NULL,NULL,NULL,'3231','ciphered telegram',3,NULL,8,'{}');
INSERT INTO documents VALUES(9,'1950-07-13-ciphered-telegram','Ciphered telegram, Filippov [Stalin] to Zhou Enlai or Mao Zedong (via Roshchin)','ciphered telegram, filippov [stalin] to zhou enlai or mao zedong (via roshchin)','1950-07-13','July 13, 1950',1,19500713,19500713,'Telegram from Stalin to Mao and Zhou Enlai detailing his response to the English protest concerning "the Korean question." Also, a request for confirmation of Chinese troop movements to the Sino-Korea border, in case of a repulse of North Korean forces. Finally, a confirmation of the plans to train Chinese pilots on Soviet jets, to be followed by the transfer of the jets to Chinese possession.',NULL,NULL,NULL,NULL,NULL,NULL,'ciphered telegram',3,NULL,9,'{}');
INSERT INTO documents VALUES(10,'undated','Undated','undated',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{}');
INSERT INTO documents VALUES(11,'undated/two','undated','undated',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{}');
INSERT INTO documents VALUES(12,'Document:odd','“Ödd” title \ with "quotes"','odd" title \ with "quotes"','1950~/1951?','about 1950',1,19500101,19511231,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'Letter',4,NULL,3,'{}');
INSERT INTO documents VALUES(13,'odd','Odd','odd','1950/..','from 1950',0,19500101,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'LETTER',4,NULL,3,'{}');
INSERT INTO documents VALUES(14,'older','older','older','-0043-03-15','15 March 44 BCE',0,-429685,-429685,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{}');
INSERT INTO documents VALUES(15,'open-start','[An open start]','an open start]','../1949-12','until December 1949',0,NULL,19491231,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{}');
INSERT INTO documents VALUES(16,'same-day-1','same day','same day','1949-12-09','9 December 1949',0,19491209,19491209,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{}');
INSERT INTO documents VALUES(17,'same-day-2','Same Day','same day','1949-12-09','9 December 1949',0,19491209,19491209,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"x_b": 1, "x_a": "\\u0000 is text"}');
INSERT INTO documents VALUES(18,'decade','A decade','a decade','194X','1940s',0,19400101,19491231,'','s','r','c','free','https://example.org/','12',NULL,NULL,'top',NULL,'{}');
CREATE TABLE topic_broader (
	topic_id INTEGER NOT NULL, 
	broader_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	PRIMARY KEY (topic_id, broader_id), 
	FOREIGN KEY(topic_id) REFERENCES topics (id) ON DELETE CASCADE, 
	FOREIGN KEY(broader_id) REFERENCES topics (id)
);
INSERT INTO topic_broader VALUES(2,1,1);
INSERT INTO topic_broader VALUES(3,1,1);
INSERT INTO topic_broader VALUES(4,1,1);
INSERT INTO topic_broader VALUES(6,5,1);
INSERT INTO topic_broader VALUES(7,6,1);
INSERT INTO topic_broader VALUES(8,6,1);
INSERT INTO topic_broader VALUES(9,5,1);
INSERT INTO topic_broader VALUES(10,5,1);
INSERT INTO topic_broader VALUES(12,11,1);
INSERT INTO topic_broader VALUES(13,3,1);
INSERT INTO topic_broader VALUES(15,14,1);
INSERT INTO topic_broader VALUES(17,14,1);
INSERT INTO topic_broader VALUES(17,16,2);
INSERT INTO topic_broader VALUES(19,18,1);
INSERT INTO topic_broader VALUES(28,27,1);
INSERT INTO topic_broader VALUES(29,27,1);
INSERT INTO topic_broader VALUES(29,16,2);
INSERT INTO topic_broader VALUES(30,28,1);
INSERT INTO topic_broader VALUES(30,29,2);
CREATE TABLE topic_descent (
	ancestor_id INTEGER NOT NULL, 
	topic_id INTEGER NOT NULL, 
	PRIMARY KEY (ancestor_id, topic_id), 
	FOREIGN KEY(ancestor_id) REFERENCES topics (id) ON DELETE CASCADE, 
	FOREIGN KEY(topic_id) REFERENCES topics (id) ON DELETE CASCADE
);
INSERT INTO topic_descent VALUES(28,28);
INSERT INTO topic_descent VALUES(8,8);
INSERT INTO topic_descent VALUES(20,20);
INSERT INTO topic_descent VALUES(27,27);
INSERT INTO topic_descent VALUES(12,12);
INSERT INTO topic_descent VALUES(15,15);
INSERT INTO topic_descent VALUES(21,21);
INSERT INTO topic_descent VALUES(14,14);
INSERT INTO topic_descent VALUES(2,2);
INSERT INTO topic_descent VALUES(29,29);
INSERT INTO topic_descent VALUES(1,1);
INSERT INTO topic_descent VALUES(22,22);
INSERT INTO topic_descent VALUES(23,23);
INSERT INTO topic_descent VALUES(24,24);
INSERT INTO topic_descent VALUES(16,16);
INSERT INTO topic_descent VALUES(11,11);
INSERT INTO topic_descent VALUES(13,13);
INSERT INTO topic_descent VALUES(7,7);
INSERT INTO topic_descent VALUES(5,5);
INSERT INTO topic_descent VALUES(6,6);
INSERT INTO topic_descent VALUES(19,19);
INSERT INTO topic_descent VALUES(10,10);
INSERT INTO topic_descent VALUES(17,17);
INSERT INTO topic_descent VALUES(4,4);
INSERT INTO topic_descent VALUES(3,3);
INSERT INTO topic_descent VALUES(18,18);
INSERT INTO topic_descent VALUES(9,9);
INSERT INTO topic_descent VALUES(25,25);
INSERT INTO topic_descent VALUES(26,26);
INSERT INTO topic_descent VALUES(30,30);
INSERT INTO topic_descent VALUES(27,28);
INSERT INTO topic_descent VALUES(6,8);
INSERT INTO topic_descent VALUES(11,12);
INSERT INTO topic_descent VALUES(14,15);
INSERT INTO topic_descent VALUES(1,2);
INSERT INTO topic_descent VALUES(16,29);
INSERT INTO topic_descent VALUES(27,29);
INSERT INTO topic_descent VALUES(3,13);
INSERT INTO topic_descent VALUES(6,7);
INSERT INTO topic_descent VALUES(5,6);
INSERT INTO topic_descent VALUES(18,19);
INSERT INTO topic_descent VALUES(5,10);
INSERT INTO topic_descent VALUES(14,17);
INSERT INTO topic_descent VALUES(16,17);
INSERT INTO topic_descent VALUES(1,4);
INSERT INTO topic_descent VALUES(1,3);
INSERT INTO topic_descent VALUES(5,9);
INSERT INTO topic_descent VALUES(28,30);
INSERT INTO topic_descent VALUES(29,30);
INSERT INTO topic_descent VALUES(5,8);
INSERT INTO topic_descent VALUES(1,13);
INSERT INTO topic_descent VALUES(5,7);
INSERT INTO topic_descent VALUES(27,30);
INSERT INTO topic_descent VALUES(16,30);
CREATE TABLE names (
	id INTEGER NOT NULL, 
	person_id INTEGER, 
	topic_id INTEGER, 
	position INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	folded VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	language VARCHAR, 
	from_edtf VARCHAR, 
	from_label VARCHAR, 
	from_first_day BIGINT, 
	from_last_day BIGINT, 
	to_edtf VARCHAR, 
	to_label VARCHAR, 
	to_first_day BIGINT, 
	to_last_day BIGINT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE, 
	FOREIGN KEY(topic_id) REFERENCES topics (id) ON DELETE CASCADE
);
INSERT INTO names VALUES(1,1,NULL,1,'Roshchin','roshchin','VARIANT',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO names VALUES(2,1,NULL,2,'Soviet Ambassador to China','soviet ambassador to china','OFFICE',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO names VALUES(3,1,NULL,3,'USSR Ambassador to China','ussr ambassador to china','OFFICE',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO names VALUES(4,1,NULL,4,'Soviet Ambassador','soviet ambassador','OFFICE',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO names VALUES(5,2,NULL,1,'Mao','mao','VARIANT',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO names VALUES(6,2,NULL,2,'Chairman','chairman','OFFICE',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO names VALUES(7,3,NULL,1,'Chinese Foreign Minister','chinese foreign minister','OFFICE',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO names VALUES(8,4,NULL,1,'Stalin','stalin','VARIANT',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO names VALUES(9,4,NULL,2,'Filippov','filippov','CIPHER',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO names VALUES(10,11,NULL,1,'Charge d’Affaires of the Soviet Embassy','charge d''affaires of the soviet embassy','VARIANT',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO names VALUES(11,11,NULL,2,'Soviet Charge d''Affaires in the PRC','soviet charge d''affaires in the prc','VARIANT',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO names VALUES(12,NULL,10,1,'POWs','pows','ABBREVIATION',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO names VALUES(13,NULL,14,1,'PRC','prc','ABBREVIATION',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO names VALUES(14,NULL,17,1,'Sino-Korea border','sino-korea border','VARIANT',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO names VALUES(15,NULL,18,1,'USSR','ussr','ABBREVIATION',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO names VALUES(16,NULL,22,1,'GDR','gdr','ABBREVIATION',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO names VALUES(17,NULL,25,1,'UK','uk','ABBREVIATION',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO names VALUES(18,NULL,25,2,'England','england','VARIANT',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO names VALUES(19,NULL,27,1,'trouble','trouble','VARIANT','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO names VALUES(20,12,NULL,1,'Anna','anna','VARIANT',NULL,'1920','1920',19200101,19201231,'1930/1931','1930 – 1931',19300101,19311231);
INSERT INTO names VALUES(21,12,NULL,2,'Änne','anne','VARIANT',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE participations (
	id INTEGER NOT NULL, 
	document_id INTEGER NOT NULL, 
	person_id INTEGER, 
	position INTEGER NOT NULL, 
	role VARCHAR NOT NULL, 
	label VARCHAR, 
	named_as VARCHAR, 
	evidence VARCHAR, 
	certainty VARCHAR, 
	basis VARCHAR, 
	alternative BIGINT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(document_id) REFERENCES documents (id) ON DELETE CASCADE, 
	FOREIGN KEY(person_id) REFERENCES people (id)
);
INSERT INTO participations VALUES(1,1,11,1,'PARTICIPANT',NULL,'Charge d’Affaires of the Soviet Embassy','EXPLICIT',NULL,'TITLE',NULL);
INSERT INTO participations VALUES(2,1,3,2,'PARTICIPANT',NULL,'Zhou Enlai','EXPLICIT',NULL,'TITLE',NULL);
INSERT INTO participations VALUES(3,1,2,3,'MENTIONED',NULL,'Mao Zedong','EXPLICIT',NULL,'DESCRIPTION',NULL);
INSERT INTO participations VALUES(4,2,1,1,'AUTHOR',NULL,'N.V. Roshchin','EXPLICIT',NULL,'TITLE',NULL);
INSERT INTO participations VALUES(5,2,2,2,'PARTICIPANT',NULL,'Mao Zedong','EXPLICIT',NULL,'TITLE',NULL);
INSERT INTO participations VALUES(6,2,1,3,'PARTICIPANT',NULL,'Roshchin','EXPLICIT',NULL,'DESCRIPTION',NULL);
INSERT INTO participations VALUES(7,3,1,1,'AUTHOR',NULL,'N.V. Roshchin','EXPLICIT',NULL,'TITLE',NULL);
INSERT INTO participations VALUES(8,3,2,2,'PARTICIPANT',NULL,'Mao Zedong','EXPLICIT',NULL,'TITLE',NULL);
INSERT INTO participations VALUES(9,3,1,3,'PARTICIPANT',NULL,'Roshchin','EXPLICIT',NULL,'DESCRIPTION',NULL);
INSERT INTO participations VALUES(10,3,10,4,'MENTIONED',NULL,'People''s Liberation Army','EXPLICIT',NULL,'DESCRIPTION',NULL);
INSERT INTO participations VALUES(11,4,1,1,'SENDER',NULL,'Roshchin','EXPLICIT',NULL,'TITLE',NULL);
INSERT INTO participations VALUES(12,4,8,2,'RECIPIENT',NULL,'USSR Foreign Ministry','EXPLICIT',NULL,'TITLE',NULL);
INSERT INTO participations VALUES(13,4,4,3,'RECIPIENT',NULL,'Stalin','EXPLICIT',NULL,'DESCRIPTION',NULL);
INSERT INTO participations VALUES(14,4,5,4,'MENTIONED',NULL,'Kim Il Sung','EXPLICIT',NULL,'DESCRIPTION',NULL);
INSERT INTO participations VALUES(15,4,6,5,'MENTIONED',NULL,'Peng Dehuai','EXPLICIT',NULL,'DESCRIPTION',NULL);
INSERT INTO participations VALUES(16,4,2,6,'MENTIONED',NULL,'Mao','EXPLICIT',NULL,'DESCRIPTION',NULL);
INSERT INTO participations VALUES(17,5,4,1,'SENDER',NULL,'Filippov [Stalin]','EDITORIAL',NULL,'TITLE',NULL);
INSERT INTO participations VALUES(18,5,1,2,'RECIPIENT',NULL,'Roshchin','EXPLICIT',NULL,'TITLE',NULL);
INSERT INTO participations VALUES(19,5,2,3,'RECIPIENT',NULL,'Mao','EXPLICIT',NULL,'DESCRIPTION',NULL);
INSERT INTO participations VALUES(20,5,5,4,'MENTIONED',NULL,'Kim Il Sung','EXPLICIT',NULL,'DESCRIPTION',NULL);
INSERT INTO participations VALUES(21,5,7,5,'MENTIONED',NULL,'Gao Gang','EXPLICIT',NULL,'DESCRIPTION',NULL);
INSERT INTO participations VALUES(22,6,1,1,'SENDER',NULL,'Roshchin','INFERRED',NULL,'DESCRIPTION',NULL);
INSERT INTO participations VALUES(23,6,NULL,2,'RECIPIENT',NULL,'Moscow','EXPLICIT',NULL,'DESCRIPTION',NULL);
INSERT INTO participations VALUES(24,6,3,3,'MENTIONED',NULL,'Zhou Enlai','EXPLICIT',NULL,'DESCRIPTION',NULL);
INSERT INTO participations VALUES(25,6,4,4,'MENTIONED',NULL,'Stalin','EXPLICIT',NULL,'DESCRIPTION',NULL);
INSERT INTO participations VALUES(26,6,2,5,'MENTIONED',NULL,'Mao','EXPLICIT',NULL,'DESCRIPTION',NULL);
INSERT INTO participations VALUES(27,7,2,1,'PARTICIPANT',NULL,'Mao','EXPLICIT',NULL,'TITLE',NULL);
INSERT INTO participations VALUES(28,7,1,2,'PARTICIPANT',NULL,'N.V. Roshchin','EXPLICIT',NULL,'TITLE',NULL);
INSERT INTO participations VALUES(29,7,9,3,'MENTIONED',NULL,'Guomindang','EXPLICIT',NULL,'DESCRIPTION',NULL);
INSERT INTO participations VALUES(30,8,4,1,'SENDER',NULL,'Filippov [Stalin]','EDITORIAL',NULL,'TITLE',NULL);
INSERT INTO participations VALUES(31,8,1,2,'RECIPIENT',NULL,'Roshchin','EXPLICIT',NULL,'TITLE',NULL);
INSERT INTO participations VALUES(32,8,NULL,3,'RECIPIENT',NULL,'Beijing','EXPLICIT',NULL,'DESCRIPTION',NULL);
INSERT INTO participations VALUES(33,9,4,1,'SENDER',NULL,'Filippov [Stalin]','EDITORIAL',NULL,'TITLE',NULL);
INSERT INTO participations VALUES(34,9,3,2,'RECIPIENT',NULL,'Zhou Enlai','EXPLICIT',NULL,'TITLE',1);
INSERT INTO participations VALUES(35,9,2,3,'RECIPIENT',NULL,'Mao Zedong','EXPLICIT',NULL,'TITLE',1);
INSERT INTO participations VALUES(36,9,1,4,'INTERMEDIARY',NULL,'Roshchin','EXPLICIT',NULL,'TITLE',NULL);
INSERT INTO participations VALUES(37,10,12,1,'SENDER',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO participations VALUES(38,10,13,2,'RECIPIENT',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO participations VALUES(39,11,13,1,'SENDER',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO participations VALUES(40,11,12,2,'RECIPIENT',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO participations VALUES(41,12,12,1,'SENDER',NULL,'A.',NULL,NULL,NULL,NULL);
INSERT INTO participations VALUES(42,12,12,2,'AUTHOR','writer',NULL,NULL,'LOW',NULL,NULL);
INSERT INTO participations VALUES(43,12,NULL,3,'RECIPIENT',NULL,'somebody',NULL,NULL,NULL,NULL);
INSERT INTO participations VALUES(44,12,13,4,'RECIPIENT',NULL,NULL,'INFERRED',NULL,'TEXT',NULL);
INSERT INTO participations VALUES(45,12,4,5,'MENTIONED',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO participations VALUES(46,12,12,6,'RECIPIENT',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO participations VALUES(47,13,14,1,'SENDER',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO participations VALUES(48,13,4,2,'RECIPIENT',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO participations VALUES(49,14,4,1,'SUBJECT',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO participations VALUES(50,16,1,1,'SENDER',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO participations VALUES(51,16,2,2,'RECIPIENT',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO participations VALUES(52,16,12,3,'RECIPIENT',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO participations VALUES(53,17,2,1,'SENDER',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO participations VALUES(54,17,1,2,'RECIPIENT',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO participations VALUES(55,17,2,3,'MENTIONED',NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE document_people (
	document_id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	PRIMARY KEY (document_id, person_id), 
	FOREIGN KEY(document_id) REFERENCES documents (id) ON DELETE CASCADE, 
	FOREIGN KEY(person_id) REFERENCES people (id)
);
INSERT INTO document_people VALUES(1,11,1);
INSERT INTO document_people VALUES(1,3,2);
INSERT INTO document_people VALUES(1,2,3);
INSERT INTO document_people VALUES(2,1,1);
INSERT INTO document_people VALUES(2,2,2);
INSERT INTO document_people VALUES(3,1,1);
INSERT INTO document_people VALUES(3,2,2);
INSERT INTO document_people VALUES(3,10,4);
INSERT INTO document_people VALUES(4,1,1);
INSERT INTO document_people VALUES(4,8,2);
INSERT INTO document_people VALUES(4,4,3);
INSERT INTO document_people VALUES(4,5,4);
INSERT INTO document_people VALUES(4,6,5);
INSERT INTO document_people VALUES(4,2,6);
INSERT INTO document_people VALUES(5,4,1);
INSERT INTO document_people VALUES(5,1,2);
INSERT INTO document_people VALUES(5,2,3);
INSERT INTO document_people VALUES(5,5,4);
INSERT INTO document_people VALUES(5,7,5);
INSERT INTO document_people VALUES(6,1,1);
INSERT INTO document_people VALUES(6,3,3);
INSERT INTO document_people VALUES(6,4,4);
INSERT INTO document_people VALUES(6,2,5);
INSERT INTO document_people VALUES(7,2,1);
INSERT INTO document_people VALUES(7,1,2);
INSERT INTO document_people VALUES(7,9,3);
INSERT INTO document_people VALUES(8,4,1);
INSERT INTO document_people VALUES(8,1,2);
INSERT INTO document_people VALUES(9,4,1);
INSERT INTO document_people VALUES(9,3,2);
INSERT INTO document_people VALUES(9,2,3);
INSERT INTO document_people VALUES(9,1,4);
INSERT INTO document_people VALUES(10,12,1);
INSERT INTO document_people VALUES(10,13,2);
INSERT INTO document_people VALUES(11,13,1);
INSERT INTO document_people VALUES(11,12,2);
INSERT INTO document_people VALUES(12,12,1);
INSERT INTO document_people VALUES(12,13,4);
INSERT INTO document_people VALUES(12,4,5);
INSERT INTO document_people VALUES(13,14,1);
INSERT INTO document_people VALUES(13,4,2);
INSERT INTO document_people VALUES(14,4,1);
INSERT INTO document_people VALUES(16,1,1);
INSERT INTO document_people VALUES(16,2,2);
INSERT INTO document_people VALUES(16,12,3);
INSERT INTO document_people VALUES(17,2,1);
INSERT INTO document_people VALUES(17,1,2);
CREATE TABLE document_topics (
	document_id INTEGER NOT NULL, 
	topic_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	PRIMARY KEY (document_id, topic_id), 
	FOREIGN KEY(document_id) REFERENCES documents (id) ON DELETE CASCADE, 
	FOREIGN KEY(topic_id) REFERENCES topics (id)
);
INSERT INTO document_topics VALUES(1,13,1);
INSERT INTO document_topics VALUES(1,19,2);
INSERT INTO document_topics VALUES(1,2,3);
INSERT INTO document_topics VALUES(1,14,4);
INSERT INTO document_topics VALUES(1,25,5);
INSERT INTO document_topics VALUES(1,21,6);
INSERT INTO document_topics VALUES(1,23,7);
INSERT INTO document_topics VALUES(2,3,1);
INSERT INTO document_topics VALUES(2,2,2);
INSERT INTO document_topics VALUES(2,14,3);
INSERT INTO document_topics VALUES(2,20,4);
INSERT INTO document_topics VALUES(3,3,1);
INSERT INTO document_topics VALUES(3,2,2);
INSERT INTO document_topics VALUES(3,14,3);
INSERT INTO document_topics VALUES(3,26,4);
INSERT INTO document_topics VALUES(3,22,5);
INSERT INTO document_topics VALUES(3,18,6);
INSERT INTO document_topics VALUES(4,4,1);
INSERT INTO document_topics VALUES(4,15,2);
INSERT INTO document_topics VALUES(5,7,1);
INSERT INTO document_topics VALUES(5,8,2);
INSERT INTO document_topics VALUES(5,6,3);
INSERT INTO document_topics VALUES(5,12,4);
INSERT INTO document_topics VALUES(6,12,1);
INSERT INTO document_topics VALUES(6,16,2);
INSERT INTO document_topics VALUES(7,2,1);
INSERT INTO document_topics VALUES(7,23,2);
INSERT INTO document_topics VALUES(7,21,3);
INSERT INTO document_topics VALUES(7,14,4);
INSERT INTO document_topics VALUES(7,25,5);
INSERT INTO document_topics VALUES(7,5,6);
INSERT INTO document_topics VALUES(7,10,7);
INSERT INTO document_topics VALUES(7,24,8);
INSERT INTO document_topics VALUES(7,13,9);
INSERT INTO document_topics VALUES(7,18,10);
INSERT INTO document_topics VALUES(8,4,1);
INSERT INTO document_topics VALUES(8,16,2);
INSERT INTO document_topics VALUES(9,11,1);
INSERT INTO document_topics VALUES(9,16,2);
INSERT INTO document_topics VALUES(9,25,3);
INSERT INTO document_topics VALUES(9,9,4);
INSERT INTO document_topics VALUES(9,17,5);
INSERT INTO document_topics VALUES(9,8,6);
INSERT INTO document_topics VALUES(9,6,7);
INSERT INTO document_topics VALUES(9,3,8);
INSERT INTO document_topics VALUES(10,30,1);
INSERT INTO document_topics VALUES(12,29,1);
INSERT INTO document_topics VALUES(12,28,2);
INSERT INTO document_topics VALUES(12,16,3);
INSERT INTO document_topics VALUES(15,27,1);
INSERT INTO document_topics VALUES(16,30,1);
INSERT INTO document_topics VALUES(16,16,2);
CREATE TABLE document_languages (
	document_id INTEGER NOT NULL, 
	language VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	PRIMARY KEY (document_id, language), 
	FOREIGN KEY(document_id) REFERENCES documents (id) ON DELETE CASCADE
);
INSERT INTO document_languages VALUES(12,'en',1);
INSERT INTO document_languages VALUES(12,'zh-Hant',2);
CREATE TABLE texts (
	id INTEGER NOT NULL, 
	document_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	language VARCHAR, 
	body VARCHAR NOT NULL, 
	translator VARCHAR, 
	PRIMARY KEY (id), 
	FOREIGN KEY(document_id) REFERENCES documents (id) ON DELETE CASCADE
);
INSERT INTO texts VALUES(1,12,1,'ORIGINAL','zh-Hant','北京 😀',NULL);
INSERT INTO texts VALUES(2,12,2,'TRANSLATION',NULL,'Peking','ann');
CREATE TABLE identifiers (
	id INTEGER NOT NULL, 
	document_id INTEGER, 
	person_id INTEGER, 
	topic_id INTEGER, 
	position INTEGER NOT NULL, 
	scheme VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(document_id) REFERENCES documents (id) ON DELETE CASCADE, 
	FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE, 
	FOREIGN KEY(topic_id) REFERENCES topics (id) ON DELETE CASCADE
);
INSERT INTO identifiers VALUES(1,NULL,NULL,30,1,'wikidata','Q1');
INSERT INTO identifiers VALUES(2,NULL,NULL,30,2,'other','a:b');
INSERT INTO identifiers VALUES(3,NULL,12,NULL,1,'viaf','1');
INSERT INTO identifiers VALUES(4,12,NULL,NULL,1,'doi','10.1/x');
INSERT INTO identifiers VALUES(5,12,NULL,NULL,2,'doi','10.1/y');
CREATE TABLE notes (
	id INTEGER NOT NULL, 
	document_id INTEGER, 
	person_id INTEGER, 
	topic_id INTEGER, 
	position INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(document_id) REFERENCES documents (id) ON DELETE CASCADE, 
	FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE, 
	FOREIGN KEY(topic_id) REFERENCES topics (id) ON DELETE CASCADE
);
INSERT INTO notes VALUES(1,1,NULL,NULL,1,'SIC','The apostrophe of “d’Affaires” is curly in the title and straight in the description.');
INSERT INTO notes VALUES(2,1,NULL,NULL,2,'EDITORIAL','Added by the curator: the office is not identified with a person, since nobody is named. Who wrote the memorandum is not said.');
INSERT INTO notes VALUES(3,2,NULL,NULL,1,'EDITORIAL','Added by the curator: the diary entry is also a memorandum of conversation; its genre is given as diary.');
INSERT INTO notes VALUES(4,3,NULL,NULL,1,'EDITORIAL','Added by the curator: the diary entry is also a memorandum of conversation; its genre is given as diary.');
INSERT INTO notes VALUES(5,4,NULL,NULL,1,'EDITORIAL','Added by the curator: the title has it sent to the USSR Foreign Ministry, the description to Stalin; both are kept.');
INSERT INTO notes VALUES(6,5,NULL,NULL,1,'EDITORIAL','Added by the curator: the title has it sent to Roshchin, the description to Mao; both are kept.');
INSERT INTO notes VALUES(7,6,NULL,NULL,1,'EDITORIAL','Added by the curator: the title names no sender, only “from Beijing”; that it is Roshchin is inferred from the description. Who is meant by “Moscow” is not said.');
INSERT INTO notes VALUES(8,7,NULL,NULL,1,'SIC','“Mao did not the POWs right away”, so in the source; a verb is missing.');
INSERT INTO notes VALUES(9,7,NULL,NULL,2,'SIC','“to curtain stay in the USSR”, so in the source; perhaps “to curtail his stay” is meant.');
INSERT INTO notes VALUES(10,7,NULL,NULL,3,'EDITORIAL','Added by the curator: who wrote the memorandum is not said.');
INSERT INTO notes VALUES(11,8,NULL,NULL,1,'EDITORIAL','Added by the curator: the title has it sent to Roshchin, the description to “Beijing”; both are kept. Who is meant by “Beijing” is not said.');
INSERT INTO notes VALUES(12,9,NULL,NULL,1,'EDITORIAL','Added by the curator: the title has it sent to Zhou Enlai or Mao Zedong, the description to Mao and Zhou Enlai; the recipients stand as in the title.');
INSERT INTO notes VALUES(13,NULL,4,NULL,1,'EDITORIAL','The titles of three telegrams resolve the cipher name themselves, in square brackets, “Filippov [Stalin]”.');
INSERT INTO notes VALUES(14,NULL,11,NULL,1,'EDITORIAL','Neither title nor description names who held the office on 9 December 1949. It is kept apart from N.V. Roshchin, whom the listing calls ambassador. That the embassy was in Beijing is the curator''s addition.');
INSERT INTO notes VALUES(15,NULL,NULL,13,1,'EDITORIAL','The listing speaks of “Mao Zedong''s trip to Moscow” (9 December 1949) and of his “stay in the USSR” (1 January 1950); the curator takes them for one visit.');
INSERT INTO notes VALUES(16,NULL,NULL,25,1,'EDITORIAL','The descriptions say “England”, “the UK” and “English” for the same government.');
INSERT INTO notes VALUES(17,NULL,12,NULL,1,'BIOGRAPHY','Of whom little is known.');
INSERT INTO notes VALUES(18,NULL,12,NULL,2,'EDITORIAL','Sic.');
INSERT INTO notes VALUES(19,12,NULL,NULL,1,'SIC','odd');
CREATE INDEX ix_people_kind ON people (kind);
CREATE INDEX ix_people_sort_name ON people (sort_name);
CREATE INDEX ix_people_folded ON people (folded);
CREATE INDEX ix_topics_sort_name ON topics (sort_name);
CREATE INDEX ix_topics_kind ON topics (kind);
CREATE INDEX ix_topics_folded ON topics (folded);
CREATE INDEX documents_by_latest_rising ON documents (latest_rising);
CREATE INDEX ix_documents_sort_title ON documents (sort_title);
CREATE INDEX documents_by_earliest_falling ON documents (earliest_falling);
CREATE INDEX documents_by_latest_falling ON documents (latest_falling);
CREATE INDEX documents_by_position_rising ON documents (position_rising);
CREATE INDEX documents_by_earliest_rising ON documents (earliest_rising);
CREATE INDEX documents_by_position_falling ON documents (position_falling);
CREATE INDEX ix_documents_genre_id ON documents (genre_id);
CREATE INDEX topic_broader_narrower ON topic_broader (broader_id, topic_id);
CREATE INDEX topic_descent_up ON topic_descent (topic_id);
CREATE INDEX names_of_person ON names (person_id, position);
CREATE INDEX names_of_topic ON names (topic_id, position);
CREATE INDEX ix_names_folded ON names (folded);
CREATE INDEX participations_of_document ON participations (document_id, position);
CREATE INDEX participations_of_person ON participations (person_id, role, document_id);
CREATE INDEX document_people_of_document ON document_people (document_id, position, person_id);
CREATE INDEX document_people_of_person ON document_people (person_id, document_id);
CREATE INDEX document_topics_of_topic ON document_topics (topic_id, document_id);
CREATE INDEX document_topics_of_document ON document_topics (document_id, position, topic_id);
CREATE INDEX ix_document_languages_language ON document_languages (language);
CREATE INDEX texts_of_document ON texts (document_id, position);
CREATE INDEX identifiers_of_person ON identifiers (person_id, position);
CREATE INDEX identifiers_of_topic ON identifiers (topic_id, position);
CREATE INDEX identifiers_by_value ON identifiers (value, scheme);
CREATE INDEX identifiers_of_document ON identifiers (document_id, position);
CREATE INDEX notes_of_topic ON notes (topic_id, position);
CREATE INDEX notes_of_document ON notes (document_id, position);
CREATE INDEX notes_of_person ON notes (person_id, position);
COMMIT;
