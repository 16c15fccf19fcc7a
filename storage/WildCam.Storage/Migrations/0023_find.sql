-- Finding: views kept by name, where a species stands among others, and words of comments.

-- A gallery's filter under a name, as its address writes it. A person's own; shared ones are shown to the project.
create table saved_views (
  id         int generated always as identity primary key,
  project_id int not null references projects,
  account_id int not null references accounts,
  name       text not null check (length(name) between 1 and 60),
  query      text not null check (length(query) <= 500),
  is_shared  boolean not null default false,
  created_at timestamptz not null default now()
);
create unique index on saved_views (project_id, account_id, lower(name));
create index on saved_views (project_id) where is_shared;

create index comments_words on comments using gin (to_tsvector('simple', text)) where deleted_at is null;

-- Family, order and class of a genus: what a species' own name does not tell. Known ones of animals that camera traps
-- meet, and those that people add.
create table genera (
  genus     text primary key check (genus ~ '^[A-Z][a-z]{1,49}$'),
  family    text not null check (family ~ '^[A-Z][a-z]{1,49}$'),
  tax_order text not null check (tax_order ~ '^[A-Z][a-z]{1,49}$'),
  tax_class text not null check (tax_class ~ '^[A-Z][a-z]{1,49}$')
);
create index on genera (family);

insert into genera (genus, family, tax_order, tax_class)
select g, v.family, v.tax_order, v.tax_class
from (values
  ('Mammalia', 'Carnivora', 'Canidae', 'Canis Vulpes Urocyon Lycaon Cuon Chrysocyon Cerdocyon Lycalopex Speothos Atelocynus Nyctereutes Otocyon Lupulella'),
  ('Mammalia', 'Carnivora', 'Felidae', 'Felis Lynx Puma Panthera Leopardus Acinonyx Caracal Leptailurus Prionailurus Catopuma Pardofelis Neofelis Herpailurus Otocolobus'),
  ('Mammalia', 'Carnivora', 'Ursidae', 'Ursus Tremarctos Helarctos Melursus Ailuropoda'),
  ('Mammalia', 'Carnivora', 'Mustelidae', 'Martes Pekania Mustela Neogale Neovison Meles Taxidea Gulo Lontra Lutra Aonyx Enhydra Eira Galictis Mellivora Ictonyx Arctonyx Melogale Lutrogale Pteronura'),
  ('Mammalia', 'Carnivora', 'Mephitidae', 'Mephitis Spilogale Conepatus Mydaus'),
  ('Mammalia', 'Carnivora', 'Procyonidae', 'Procyon Nasua Bassariscus Potos Bassaricyon'),
  ('Mammalia', 'Carnivora', 'Viverridae', 'Genetta Civettictis Viverra Viverricula Paradoxurus Paguma Arctictis Hemigalus'),
  ('Mammalia', 'Carnivora', 'Herpestidae', 'Herpestes Urva Ichneumia Helogale Mungos Atilax Galerella Cynictis Suricata Bdeogale Crossarchus'),
  ('Mammalia', 'Carnivora', 'Hyaenidae', 'Hyaena Crocuta Proteles'),
  ('Mammalia', 'Carnivora', 'Eupleridae', 'Cryptoprocta Fossa Galidia Eupleres'),
  ('Mammalia', 'Artiodactyla', 'Cervidae', 'Cervus Odocoileus Capreolus Dama Alces Rangifer Axis Rusa Muntiacus Mazama Blastocerus Ozotoceros Hippocamelus Pudu Elaphurus Hydropotes Elaphodus'),
  ('Mammalia', 'Artiodactyla', 'Bovidae', 'Bos Bison Bubalus Syncerus Ovis Capra Rupicapra Oreamnos Ovibos Antilope Gazella Eudorcas Nanger Antidorcas Aepyceros Tragelaphus Taurotragus Hippotragus Oryx Connochaetes Alcelaphus Damaliscus Kobus Redunca Cephalophus Philantomba Sylvicapra Madoqua Raphicerus Ourebia Oreotragus Nesotragus Boselaphus Capricornis Naemorhedus Hemitragus Pseudois Budorcas Litocranius'),
  ('Mammalia', 'Artiodactyla', 'Suidae', 'Sus Phacochoerus Potamochoerus Hylochoerus Babyrousa'),
  ('Mammalia', 'Artiodactyla', 'Tayassuidae', 'Pecari Dicotyles Tayassu Catagonus'),
  ('Mammalia', 'Artiodactyla', 'Antilocapridae', 'Antilocapra'),
  ('Mammalia', 'Artiodactyla', 'Giraffidae', 'Giraffa Okapia'),
  ('Mammalia', 'Artiodactyla', 'Camelidae', 'Camelus Lama Vicugna'),
  ('Mammalia', 'Artiodactyla', 'Hippopotamidae', 'Hippopotamus Choeropsis'),
  ('Mammalia', 'Artiodactyla', 'Tragulidae', 'Tragulus Hyemoschus Moschiola'),
  ('Mammalia', 'Artiodactyla', 'Moschidae', 'Moschus'),
  ('Mammalia', 'Perissodactyla', 'Equidae', 'Equus'),
  ('Mammalia', 'Perissodactyla', 'Tapiridae', 'Tapirus'),
  ('Mammalia', 'Perissodactyla', 'Rhinocerotidae', 'Diceros Ceratotherium Rhinoceros Dicerorhinus'),
  ('Mammalia', 'Proboscidea', 'Elephantidae', 'Loxodonta Elephas'),
  ('Mammalia', 'Hyracoidea', 'Procaviidae', 'Procavia Heterohyrax Dendrohyrax'),
  ('Mammalia', 'Tubulidentata', 'Orycteropodidae', 'Orycteropus'),
  ('Mammalia', 'Pholidota', 'Manidae', 'Manis Smutsia Phataginus'),
  ('Mammalia', 'Pilosa', 'Myrmecophagidae', 'Myrmecophaga Tamandua'),
  ('Mammalia', 'Cingulata', 'Dasypodidae', 'Dasypus'),
  ('Mammalia', 'Cingulata', 'Chlamyphoridae', 'Priodontes Euphractus Cabassous Tolypeutes'),
  ('Mammalia', 'Lagomorpha', 'Leporidae', 'Lepus Oryctolagus Sylvilagus Brachylagus Pronolagus'),
  ('Mammalia', 'Lagomorpha', 'Ochotonidae', 'Ochotona'),
  ('Mammalia', 'Rodentia', 'Sciuridae', 'Sciurus Tamiasciurus Tamias Neotamias Marmota Urocitellus Otospermophilus Callospermophilus Spermophilus Cynomys Glaucomys Callosciurus Sundasciurus Funisciurus Xerus Ratufa'),
  ('Mammalia', 'Rodentia', 'Castoridae', 'Castor'),
  ('Mammalia', 'Rodentia', 'Erethizontidae', 'Erethizon Coendou'),
  ('Mammalia', 'Rodentia', 'Hystricidae', 'Hystrix Atherurus Trichys'),
  ('Mammalia', 'Rodentia', 'Cuniculidae', 'Cuniculus'),
  ('Mammalia', 'Rodentia', 'Dasyproctidae', 'Dasyprocta Myoprocta'),
  ('Mammalia', 'Rodentia', 'Caviidae', 'Hydrochoerus Cavia Dolichotis Kerodon'),
  ('Mammalia', 'Rodentia', 'Echimyidae', 'Myocastor Proechimys'),
  ('Mammalia', 'Rodentia', 'Nesomyidae', 'Cricetomys'),
  ('Mammalia', 'Rodentia', 'Muridae', 'Rattus Mus Apodemus Leopoldamys Maxomys'),
  ('Mammalia', 'Rodentia', 'Cricetidae', 'Peromyscus Neotoma Microtus Myodes Ondatra Sigmodon'),
  ('Mammalia', 'Eulipotyphla', 'Erinaceidae', 'Erinaceus Atelerix Hemiechinus Echinosorex'),
  ('Mammalia', 'Primates', 'Cercopithecidae', 'Papio Macaca Chlorocebus Cercopithecus Cercocebus Mandrillus Colobus Allochrocebus Theropithecus Semnopithecus Trachypithecus Presbytis Lophocebus'),
  ('Mammalia', 'Primates', 'Hominidae', 'Homo Pan Gorilla Pongo'),
  ('Mammalia', 'Primates', 'Cebidae', 'Cebus Sapajus Saimiri'),
  ('Mammalia', 'Primates', 'Atelidae', 'Alouatta Ateles Brachyteles Lagothrix'),
  ('Mammalia', 'Primates', 'Lemuridae', 'Lemur Eulemur Hapalemur'),
  ('Mammalia', 'Didelphimorphia', 'Didelphidae', 'Didelphis Philander Marmosa Metachirus Monodelphis'),
  ('Mammalia', 'Diprotodontia', 'Macropodidae', 'Macropus Osphranter Notamacropus Wallabia Petrogale Thylogale Setonix Dendrolagus'),
  ('Mammalia', 'Diprotodontia', 'Vombatidae', 'Vombatus Lasiorhinus'),
  ('Mammalia', 'Diprotodontia', 'Phalangeridae', 'Trichosurus Phalanger'),
  ('Mammalia', 'Diprotodontia', 'Phascolarctidae', 'Phascolarctos'),
  ('Mammalia', 'Diprotodontia', 'Potoroidae', 'Potorous Bettongia Aepyprymnus'),
  ('Mammalia', 'Dasyuromorphia', 'Dasyuridae', 'Dasyurus Sarcophilus Antechinus Sminthopsis'),
  ('Mammalia', 'Peramelemorphia', 'Peramelidae', 'Perameles Isoodon'),
  ('Mammalia', 'Monotremata', 'Tachyglossidae', 'Tachyglossus Zaglossus'),
  ('Aves', 'Galliformes', 'Phasianidae', 'Meleagris Phasianus Gallus Pavo Lophura Perdix Alectoris Francolinus Pternistis Bonasa Tetrao Lagopus Argusianus Polyplectron Tragopan Coturnix Tympanuchus'),
  ('Aves', 'Galliformes', 'Numididae', 'Numida Guttera Acryllium'),
  ('Aves', 'Galliformes', 'Cracidae', 'Crax Penelope Ortalis Mitu Pauxi Pipile'),
  ('Aves', 'Galliformes', 'Odontophoridae', 'Callipepla Colinus Odontophorus'),
  ('Aves', 'Galliformes', 'Megapodiidae', 'Alectura Leipoa Megapodius'),
  ('Aves', 'Passeriformes', 'Corvidae', 'Corvus Pica Garrulus Cyanocitta Aphelocoma Perisoreus Cyanocorax Nucifraga'),
  ('Aves', 'Passeriformes', 'Turdidae', 'Turdus Zoothera Catharus Sialia Geokichla'),
  ('Aves', 'Passeriformes', 'Paridae', 'Parus Poecile Cyanistes Periparus'),
  ('Aves', 'Passeriformes', 'Muscicapidae', 'Erithacus Copsychus Phoenicurus'),
  ('Aves', 'Passeriformes', 'Fringillidae', 'Fringilla Spinus Carduelis'),
  ('Aves', 'Passeriformes', 'Sturnidae', 'Sturnus Acridotheres Lamprotornis'),
  ('Aves', 'Passeriformes', 'Menuridae', 'Menura'),
  ('Aves', 'Accipitriformes', 'Accipitridae', 'Buteo Accipiter Astur Aquila Haliaeetus Milvus Circus Gyps Torgos Spilornis Terathopius'),
  ('Aves', 'Cathartiformes', 'Cathartidae', 'Cathartes Coragyps Vultur Sarcoramphus Gymnogyps'),
  ('Aves', 'Falconiformes', 'Falconidae', 'Falco Caracara Milvago'),
  ('Aves', 'Strigiformes', 'Strigidae', 'Bubo Strix Asio Otus Megascops Athene Glaucidium Ninox'),
  ('Aves', 'Strigiformes', 'Tytonidae', 'Tyto'),
  ('Aves', 'Columbiformes', 'Columbidae', 'Columba Zenaida Streptopelia Leptotila Patagioenas Chalcophaps Geotrygon Geopelia'),
  ('Aves', 'Anseriformes', 'Anatidae', 'Anas Branta Anser Cygnus Aix Alopochen Cairina Tadorna'),
  ('Aves', 'Pelecaniformes', 'Ardeidae', 'Ardea Egretta Nycticorax Bubulcus Tigrisoma Butorides'),
  ('Aves', 'Pelecaniformes', 'Threskiornithidae', 'Threskiornis Bostrychia'),
  ('Aves', 'Ciconiiformes', 'Ciconiidae', 'Ciconia Leptoptilos Mycteria'),
  ('Aves', 'Gruiformes', 'Gruidae', 'Grus Antigone Balearica'),
  ('Aves', 'Gruiformes', 'Rallidae', 'Rallus Gallinula Aramides Fulica Porphyrio'),
  ('Aves', 'Gruiformes', 'Psophiidae', 'Psophia'),
  ('Aves', 'Charadriiformes', 'Scolopacidae', 'Scolopax Gallinago Tringa'),
  ('Aves', 'Otidiformes', 'Otididae', 'Otis Ardeotis Lissotis Eupodotis'),
  ('Aves', 'Piciformes', 'Picidae', 'Picus Dendrocopos Colaptes Dryocopus Melanerpes Dryobates'),
  ('Aves', 'Cuculiformes', 'Cuculidae', 'Geococcyx Centropus Cuculus Carpococcyx'),
  ('Aves', 'Struthioniformes', 'Struthionidae', 'Struthio'),
  ('Aves', 'Casuariiformes', 'Casuariidae', 'Casuarius Dromaius'),
  ('Aves', 'Rheiformes', 'Rheidae', 'Rhea'),
  ('Aves', 'Tinamiformes', 'Tinamidae', 'Tinamus Crypturellus Nothura'),
  ('Aves', 'Bucerotiformes', 'Bucorvidae', 'Bucorvus'),
  ('Aves', 'Bucerotiformes', 'Upupidae', 'Upupa'),
  ('Reptilia', 'Squamata', 'Varanidae', 'Varanus'),
  ('Reptilia', 'Squamata', 'Iguanidae', 'Iguana Ctenosaura'),
  ('Reptilia', 'Squamata', 'Teiidae', 'Tupinambis Salvator Ameiva'),
  ('Reptilia', 'Crocodylia', 'Crocodylidae', 'Crocodylus'),
  ('Reptilia', 'Crocodylia', 'Alligatoridae', 'Alligator Caiman'),
  ('Reptilia', 'Testudines', 'Testudinidae', 'Testudo Chelonoidis Gopherus Stigmochelys')
) as v (tax_class, tax_order, family, genera), unnest(string_to_array(v.genera, ' ')) as g;

-- Where a name stands: that of a species by its genus, that of a family or an order by itself. Null where not known.
create function lineage_of(scientific_name text) returns table (family text, tax_order text, tax_class text)
language sql stable as $$
  select g.family, g.tax_order, g.tax_class from genera g where g.genus = split_part(scientific_name, ' ', 1)
  union all
  (select case when g.family = scientific_name then g.family end,
    case when scientific_name in (g.family, g.tax_order) then g.tax_order end, g.tax_class
  from genera g
  where scientific_name !~ ' ' and scientific_name in (g.family, g.tax_order, g.tax_class) limit 1)
$$;
