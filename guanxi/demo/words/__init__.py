"""The words of each locale a sample firm can be made in."""

from guanxi.demo.words import en, zh_cn, zh_tw
from guanxi.demo.words.vocabulary import Words

WORDS: dict[str, Words] = {w.locale: w for w in (zh_cn.WORDS, zh_tw.WORDS, en.WORDS)}
