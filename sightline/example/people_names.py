"""Names of many origins, and how else each is written: for people who do not exist.

Within a name, "/" separates how it is recorded from how others write the same name. The first names of a list
are drawn most often, as in any borough.
"""

from __future__ import annotations

from dataclasses import dataclass

_BRITISH_STEMS = """
Ash Thorn Wood Black White Hart Hol Brad Clif Stan Mar Pen Pres Hath Lang West East Nor Sut Wal Wel Har Bar
Bur Brom Cal Car Cole Cran Dal Den Dray Ells Fair Farn Gar Glad Grim Had Hamp Hol Hun Kel Kings Lin Lock Mel
Mid Mor
""".split()
_BRITISH_ENDS = "ton ford ley worth field man by ham well wood son bury combe shaw".split()


@dataclass(frozen=True, slots=True)
class Origin:
    """Names that go together. Each entry is (as recorded, as others write it...)."""

    share: float
    girls: tuple[tuple[str, ...], ...]
    boys: tuple[tuple[str, ...], ...]
    families: tuple[tuple[str, ...], ...]


def _names(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(name.replace("_", " ").split("/")) for name in text.split())


_BRITISH_FAMILIES = """
Smith/Smyth/Smythe Jones/Johns Taylor/Tayler/Tailor Brown/Browne Williams/Wiliams Wilson/Willson
Johnson/Jonson Davies/Davis Robinson/Robison Wright/Right/Write Thompson/Thomson/Tomson Evans/Evens Walker
White/Whyte Roberts Green/Greene Hall Clarke/Clark Jackson/Jaxon Turner Hill Cooper/Couper Moore/More/Muir
Ward Morris/Maurice Reynolds/Renolds Stevens/Stephens Phillips/Philips/Philipps Campbell/Cambell
MacDonald/McDonald/Mc_Donald McKenzie/MacKenzie O'Brien/O'Brian/OBrien O'Connor/O'Conner/Connor Kelly/Kelley
Murphy/Murphey Byrne/Burn/Byrn Doherty/Docherty/Dogherty Gallagher/Gallaher Reilly/Riley/O'Reilly
Sheehan/Shean Llewellyn/Lewellin Rhys/Rees/Reece Hughes/Hewes Leigh/Lee Pearce/Pierce Gray/Grey
Shepherd/Sheppard Nicholls/Nichols Barnes Fisher Palmer/Parmer Mills Knight/Night Foster Rose Stone Hawkins
Dunn/Dun Perkins Hudson Spencer/Spenser Gardner/Gardiner Payne/Paine
"""

BRITISH = Origin(
    54,
    _names("""
    Olivia/Olivea Amelia/Emelia Isla/Ila Ava/Eva Freya/Freyja Lily/Lilly/Lillie Florence Mia/Mya Willow
    Rosie/Rosy Sophia/Sofia/Sophie Isabella/Izabella Grace Ivy/Ivie Poppy Charlotte/Sharlotte Evie/Evi Ella
    Emily/Emilie Phoebe/Pheobe/Febe Alice/Alys Daisy/Daisey Sienna/Siena Harriet Matilda/Mathilda
    Evelyn/Evelin Chloe/Khloe Jessica/Jesica Ruby/Rubie Erin/Eryn Megan/Meghan/Meagan Lucy/Lucie
    Hannah/Hanna Bethany/Bethanie Molly/Mollie Caitlin/Kaitlyn/Katelyn Catherine/Katherine/Kathryn
    Abigail/Abigayle Niamh/Neave/Neve Siobhan/Shivaun/Chevonne Aoife/Eefa Ciara/Kiera/Keira Saoirse/Sersha
    Leah/Lea Rebecca/Rebekah Sarah/Sara Rachel/Rachael Victoria Jade/Jayde Kayleigh/Kaylee/Kaley
    Tegan/Teagan Ffion/Fion Eleanor/Elinor/Ellenor Zoe/Zoey Jasmine/Jazmin Scarlett/Scarlet
    """),
    _names("""
    Noah/Noa Oliver/Olivier George/Jorge Arthur/Arther Muhammad Leo Harry/Harrie Oscar/Oskar Archie/Archy
    Jack Henry/Henrey Charlie/Charley Freddie/Freddy Theodore/Theodor William/Wiliam Thomas/Tomas Alfie/Alfy
    Joshua/Joshuah Isaac/Izaak Alexander/Aleksander Edward/Edwerd James Jacob/Jakob Lucas/Lukas Ethan/Ethen
    Samuel Joseph Daniel/Danial Reuben/Ruben Benjamin Callum/Calum/Kallum Finley/Finlay/Finnley
    Connor/Conor/Conner Aidan/Aiden/Aydan Sean/Shaun/Shawn Rhys/Reece/Rees Dylan/Dillon/Dillan Liam/Leeam
    Cian/Kian/Keane Eoin/Owen/Owain Cameron/Kameron Jayden/Jaden/Jaiden Michael/Micheal Matthew/Mathew
    Stephen/Steven Nicholas/Nicolas Christopher/Kristopher Jonathan/Johnathan/Jonathon Geoffrey/Jeffrey
    Philip/Phillip Robert Anthony/Antony Andrew David Mark/Marc Peter Brian/Bryan Lee/Leigh Kyle/Kile
    """),
    _names(_BRITISH_FAMILIES) + tuple((stem + end,) for end in _BRITISH_ENDS for stem in _BRITISH_STEMS),
)

SOUTH_ASIAN = Origin(
    16,
    _names("""
    Fatima/Fatimah/Fathima Aisha/Ayesha/Aysha/Aishah Zainab/Zaynab/Zeinab Maryam/Mariam/Miriam
    Khadija/Khadeeja/Kadija Amina/Aminah/Ameena Safa/Saffa Noor/Nur/Noora Hafsa/Hafza
    Sumaya/Sumaiya/Sumayyah Iqra/Ikra Anaya/Anaaya Inaya/Inaaya Priya/Preeya Diya/Dia Aanya/Anya
    Lakshmi/Laxmi Meera/Mira Pooja/Puja Shreya/Shriya Nisha/Neesha Simran/Simren Harpreet/Harprit
    Manpreet/Manprit Jasleen/Jaslin Rukhsana/Roxana/Ruksana Shabana/Shabanah Nasreen/Nasrin Yasmin/Yasmeen
    Tahmina/Tahmeena Nazia/Naziya Rabia/Rabiya Sadia/Sadiya Bushra/Boushra Tasnim/Tasneem
    """),
    _names("""
    Mohammed/Muhammad/Mohamed/Mohammad/Mohd Ibrahim/Ebrahim/Ibraheem Yusuf/Yousuf/Yousef Ahmed/Ahmad Ali/Aly
    Abdullah/Abdulla/Abdallah Omar/Umar/Umer Hamza/Hamzah Bilal/Bilaal Zakariya/Zakaria/Zachariah
    Ismail/Ismaeel/Esmail Hassan/Hasan Hussain/Husain/Hussein Rayyan/Rayan/Raiyan Haris/Harris/Haaris
    Imran/Emran Tariq/Tarik/Tareq Faisal/Faysal/Feisal Khalid/Khaled Aariz/Ariz Arjun/Arjan Rohan/Rohaan
    Aarav/Arav Krishna/Krishnan Vikram/Vickram Gurpreet/Gurprit Amarjit/Amarjeet Harjit/Harjeet
    Rajesh/Rajeesh Sanjay/Sanjai Nadeem/Nadim Saqib/Sakib Usman/Osman/Uthman Shahid/Shaheed
    Waqas/Wakas/Vaqas Zubair/Zubayr Rafiq/Rafeeq/Rafik
    """),
    _names("""
    Khan/Kahn Ahmed/Ahmad Hussain/Hussein/Husain/Hossain Patel/Patell Begum/Begom Singh/Sing Kaur/Kour
    Ali/Aly Shah/Sha Malik/Malick/Maalik Akhtar/Akhter/Aktar Chowdhury/Choudhury/Chaudhry/Chaudhary
    Miah/Mia/Miya Uddin/Udin/Ud_Din Rahman/Rehman/Rahmaan Islam/Eslam Iqbal/Ikbal Mahmood/Mehmood/Mahmud
    Qureshi/Kureshi/Qureishi Siddiqui/Siddiqi/Sidiqui Sharma/Sherma Gupta/Goopta Kumar/Coomar Mistry/Mistri
    Rao/Row Reddy/Reddi Bibi/Beebee Aslam/Azlam Javed/Javaid/Jawed Mirza/Meerza Sheikh/Shaikh/Sheik
    Bhatti/Bhatty Nawaz/Navaz Yasin/Yaseen Ashraf/Ashruf Parveen/Parvin/Perveen Sandhu/Sandu Gill/Gil
    Dhillon/Dillon Grewal/Garewal Krishnamurthy/Krishnamoorthy Subramaniam/Subramanyam
    """),
)

WEST_ASIAN = Origin(
    8,
    _names("""
    Layla/Leila/Laila Salma/Selma Hala/Halla Rania/Raniya Zeynep/Zaynab Elif/Aleef Emine/Amina Hiba/Heba
    Shirin/Shireen Parisa/Pareesa Nasrin/Nesrin Yasmine/Jasmin Samira/Sameera Huda/Hoda Dalia/Dahlia
    Amira/Ameera Hanan/Hanaan Ebru Rojin/Rozhin Hodan/Hodhan Sahra/Sahara/Zahra Ifrah/Efra Asma/Asmaa
    Nawal/Naval
    """),
    _names("""
    Mohamed/Mohammed/Muhammed Mehmet/Mehmed Mustafa/Moustafa/Mostafa Karim/Kareem Khaled/Khalid
    Yousef/Yusuf/Youssef Emre/Emreh Ozan/Osan Hasan/Hassan Reza/Riza Amir/Ameer/Emir Saeed/Said/Sayeed
    Nasser/Nasir/Naser Tarek/Tariq Walid/Waleed Abdirahman/Abdurrahman/Abdulrahman Abdi/Abdy Liban/Leeban
    Rebwar/Rebar Hiwa/Heva Jamal/Gamal Samir/Sameer Bashar/Beshar
    """),
    _names("""
    Al-Hassan/Hassan/Alhassan Yilmaz/Yelmaz Demir/Demeer Kaya/Kaia Sahin/Shahin Celik/Chelik
    El-Sayed/Elsayed/El_Sayyid Haddad/Hadad Mansour/Mansur/Mansoor Abdi/Abdy Warsame/Warsameh
    Osman/Usman/Othman Farah/Farrah Jama/Jamaa Rashid/Rasheed Karimi/Kareemi Hosseini/Husseini/Hoseini
    Mohammadi/Muhammadi Barzani/Barzany Saleh/Salih Khoury/Kouri/Khouri Nasser/Nasir Ozturk/Öztürk
    Aydin/Aiden Ibrahim/Ebrahim
    """),
)

AFRICAN = Origin(
    8,
    _names("""
    Oluwaseun/Seun Temitope/Temi Adaeze/Ada_Eze Chiamaka/Amaka Ngozi/Ngozy Folasade/Shade/Sade
    Abimbola/Bimbola Ifeoma/Ify Akosua/Akousa Abena/Abenah Ama/Amah Efua/Efuah Esi/Essie Blessing Precious
    Mercy Comfort Patience Fatoumata/Fatou Mariama/Maryama Aminata/Aminatta Thandiwe/Tandiwe
    Rutendo/Rootendo Tariro/Tarirro Wanjiru/Wangiru Makena/Makenna
    """),
    _names("""
    Oluwatobi/Tobi Babatunde/Tunde Chidi/Chidy Emeka/Emecka Chukwuemeka/Emeka Obinna/Obina Kwame/Kwamey
    Kofi/Coffie Kwabena/Kwabina Yaw/Yao Kojo/Kodjo Emmanuel/Emanuel/Immanuel Samuel Isaac/Izaak Ayodele/Ayo
    Olumide/Mide Ikenna/Ikena Tendai/Tendayi Tinashe/Tinasha Farai/Faray Mamadou/Mamadu Ousmane/Usman
    Ibrahima/Ibrahim Lamin/Lamine Kelechi/Kelechie Uche/Uchay
    """),
    _names("""
    Okafor/Okaphor/Okafo Adeyemi/Adeyemy Okonkwo/Okonkow/Okonquo Mensah/Mensa Owusu/Owoosu/Owosu
    Boateng/Boatang Asante/Ashanti Osei/Osey Appiah/Apia/Apiah Adebayo/Adebaio Olawale/Olawaleh Eze/Ezeh
    Nwosu/Nwosoo Obi/Obbi Balogun/Ballogun Afolabi/Afollabi Diallo/Jallow Camara/Kamara Traore/Traoré
    Conteh/Konteh Sesay/Sessay Bangura/Bangurah Moyo/Moyoh Ncube/Nkube Chikwanha/Chikwana Kamau/Kamao
    Tekle/Teklay Gebremariam/Gebre_Mariam Haile/Hailey Mutasa/Mutassa
    """),
)

EUROPEAN = Origin(
    11,
    _names("""
    Zofia/Sofia/Zosia Zuzanna/Susanna/Zuzana Agnieszka/Agneshka/Aga Katarzyna/Katarina/Kasia
    Małgorzata/Malgorzata/Gosia Joanna/Yoanna/Asia Aleksandra/Alexandra/Ola Wiktoria/Viktoria/Victoria
    Julia/Yulia/Iulia Natalia/Nataliya Oksana/Oxana Ekaterina/Yekaterina/Katerina Anastasia/Anastasiya
    Svetlana/Swetlana Andreea/Andrea Ioana/Joana Mihaela/Michaela Elena/Yelena/Helena Gabriela/Gabriella
    Inês/Ines/Inez Beatriz/Beatrice Lucía/Lucia Xhesika/Jessica Arta Ausra/Aušra
    """),
    _names("""
    Jakub/Jacob/Yakub Kacper/Kasper/Casper Wojciech/Voytek/Wojtek Krzysztof/Kristof/Krzystof
    Paweł/Pavel/Pawel Piotr/Pyotr/Peter Łukasz/Lukasz/Lucas Mateusz/Matheus/Mateus Grzegorz/Gregor
    Tomasz/Thomas/Tomas Stanisław/Stanislav Mikhail/Michail/Mikael Aleksandr/Alexander/Oleksandr
    Dmitri/Dmitry/Dimitri Yevgeny/Evgeni/Eugene Andrei/Andrey/Andriy Ionuț/Ionut Ștefan/Stefan
    Cristian/Christian/Kristian Mihai/Mihay João/Joao José/Jose Tiago/Thiago Besnik/Besnick Arben/Arban
    Jonas/Yonas Vytautas/Vitautas
    """),
    _names("""
    Nowak/Novak Kowalski/Kovalsky/Kowalsky Wiśniewski/Wisniewski/Vishnevsky Wójcik/Wojcik/Voicik
    Kamiński/Kaminsky Lewandowski/Levandovsky Zieliński/Zielinsky Szymański/Shimanski/Szymanski
    Woźniak/Wozniak/Vozniak Dąbrowski/Dabrowsky Jankowski/Yankovsky Ivanov/Ivanova/Iwanow Petrov/Petrova
    Kuznetsov/Kuznetsova/Kuznecov Shevchenko/Schewtschenko/Chevchenko Kovalenko/Kowalenko Popescu/Popesku
    Ionescu/Jonescu Dumitru/Dumitrou Radu/Radou Stoica/Stoika Georgescu/Jorgescu Silva/Sylva
    Santos/Dos_Santos Ferreira/Fereira Pereira/Perreira Rodrigues/Rodriguez Fernandes/Fernandez Hoxha/Hodja
    Gjoka/Djoka Krasniqi/Krasnichi Kazlauskas/Kazlauskiene Varga/Vargha Nagy/Nadj Horváth/Horvat
    Papadopoulos/Papadopulos
    """),
)

EAST_ASIAN = Origin(
    3,
    _names("""
    Xiaoli/Hsiaoli/Xiao_Li Mei/May Lan/Lann Linh/Lin Huong/Hương Thuy/Thúy Yan/Yen Xue/Hsueh Ying/Yin
    Hui/Hwee Mai/My Jia/Chia
    """),
    _names("""
    Wei/Way Jun/Joon Hao/How Minh/Min Duc/Đức Tuan/Tuân Hung/Hùng Ming/Meng Jian/Chien Long/Lung Quang/Kwang
    Bao/Pao
    """),
    _names("""
    Nguyen/Nguyễn/Ngyuen Tran/Trần/Tranh Pham/Phạm/Fam Wang/Wong Zhang/Chang/Cheung Li/Lee/Ly Chen/Chan/Tan
    Liu/Lau/Liew Xu/Hsu/Tsui Huang/Hwang/Wong Le/Lê Vu/Vo/Vũ Zhou/Chou/Chow Zhao/Chao/Chiu
    """),
)

ORIGINS = (BRITISH, SOUTH_ASIAN, WEST_ASIAN, AFRICAN, EUROPEAN, EAST_ASIAN)

PET_NAMES = {
    name: tuple(forms.split("/"))
    for name, forms in (
        pair.split("=")
        for pair in """
        Oliver=Ollie/Olly William=Will/Billy/Bill Thomas=Tom/Tommy Alexander=Alex/Sandy/Xander
        Edward=Ted/Eddie/Ned James=Jamie/Jim Jacob=Jake Samuel=Sam/Sammy Joseph=Joe/Joey Daniel=Dan/Danny
        Benjamin=Ben/Benji Michael=Mike/Mick Matthew=Matt Stephen=Steve Nicholas=Nick/Nicky
        Christopher=Chris/Kit Jonathan=Jon/Jonny Geoffrey=Geoff Philip=Phil Robert=Rob/Bob/Bobby
        Anthony=Tony Andrew=Andy/Drew David=Dave Peter=Pete Henry=Harry/Hal Theodore=Theo/Ted Joshua=Josh
        Isaac=Zak/Ike Lucas=Luke Reuben=Rubes Finley=Fin Cameron=Cam Jayden=Jay Arthur=Art/Artie Leo=Lee
        Olivia=Liv/Livvy Amelia=Millie/Amy Isabella=Bella/Izzy Florence=Flo/Flossie Charlotte=Lottie/Charlie
        Emily=Em/Emmy Sophia=Sophie Matilda=Tilly/Tilda Evelyn=Evie Jessica=Jess/Jessie Megan=Meg
        Bethany=Beth Catherine=Kate/Cathy/Kitty Abigail=Abi/Gail Rebecca=Becky/Becca Sarah=Sally Rachel=Rach
        Victoria=Vicky/Tori Eleanor=Ellie/Nell Jasmine=Jas Harriet=Hattie/Harri Katarzyna=Kasia/Kate
        Małgorzata=Gosia/Maggie Agnieszka=Aga Aleksandra=Ola/Alex Zofia=Zosia Wojciech=Wojtek
        Krzysztof=Chris/Krzys Tomasz=Tomek Jakub=Kuba Łukasz=Luke Mateusz=Matt Piotr=Peter
        Oluwaseun=Seun/Olu Oluwatobi=Tobi/Tobe Babatunde=Tunde Temitope=Temi/Tope Chukwuemeka=Emeka/Chuks
        Emmanuel=Manny/Emma Mohammed=Mo/Moh Muhammad=Mo Abdullah=Abdul/Abs Ibrahim=Ibby/Abe Zakariya=Zak
        Yusuf=Yus/Joe Khadija=Dija Fatima=Fats/Fati Mikhail=Misha/Mike Aleksandr=Sasha/Alex Dmitri=Dima
        Yevgeny=Zhenya/Gene Anastasia=Nastya Ekaterina=Katya Svetlana=Sveta Cristian=Cris Gabriela=Gabi
        Ayodele=Ayo Folasade=Sade Abimbola=Bim Gurpreet=Gurps Manpreet=Mani Simran=Sim
        """.split()
    )
}
"""Shorter forms that people go by, some of them known to no list."""

STREETS = tuple(
    f"{stem} {kind}"
    for kind in "Road Street Avenue Close Lane Gardens Court Crescent Drive Way".split()
    for stem in """
    Alder Beech Birch Cedar Elm Hazel Maple Oak Poplar Rowan Willow Abbey Bridge Castle Chapel Church Mill
    Park Station Victoria Albert Queens Kings Meadow Orchard Quarry River Spring Windmill High
    """.split()
)
