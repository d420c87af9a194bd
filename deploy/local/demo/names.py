"""Synthetic names of people: a surname and one or two characters, drawn by a seeded generator.

Whoever is so called is so called by chance; the names of the article are never drawn.
"""

from random import Random

SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛范彭郎鲁韦昌马苗"
    "凤花方俞任袁柳史唐费岑薛雷贺倪汤殷罗毕郝邬安常乐于时傅皮卞齐康伍余元顾孟黄穆萧尹"
)
GIVEN = (
    "安博辰川岱恩帆广涵航和恒桦徽佳江洁景静钧凯可岚朗乐黎立林凌铭墨楠宁平青清然仁荣如瑞若森山尚书澍舒朔思松涛"
    "天庭婉文希溪贤翔晓昕欣秀轩雪雅言彦阳尧一依怡以逸音盈悠雨语源远岳云芸泽展章哲真正之知致中舟竹卓子梓宗"
)
# The people of the article, who must not appear in synthetic data.
OF_THE_ARTICLE = frozenset({"宋思扬", "白玛央金", "王梦茹"})


def draw(rng: Random) -> str:
    """One name, of two or three characters."""
    while True:
        name = rng.choice(SURNAMES) + "".join(rng.sample(GIVEN, 1 if rng.random() < 0.25 else 2))
        if name not in OF_THE_ARTICLE:
            return name
