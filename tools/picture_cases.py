"""Small timelines for the pictures of docs/explanation/judging.md: what happened, told in lines.

No answer stands here. `tools/pictures.py` judges each case and draws what the judge said.
"""

from dataclasses import dataclass

from lawkeep.model.finding import Text


@dataclass(frozen=True)
class Case:
    """One panel. `says`: what the reader should notice. `nth`: which of the findings is drawn, in
    order of trigger."""

    duty: str
    says: Text
    lines: str
    nth: int = 0


@dataclass(frozen=True)
class Picture:
    """A file for each language, its panels two abreast."""

    name: str
    cases: tuple[Case, ...]


def _case(duty: str, zh: str, en: str, lines: str, nth: int = 0) -> Case:
    return Case(duty, Text(zh=zh, en=en), lines, nth)


PICTURES = (
    Picture(
        "response",
        (
            _case(
                "content.stop",
                "知悉后五分钟即停止传输。",
                "Stopped five minutes after it was known.",
                """
                as of 2017-08-22 12:00
                2017-08-20 10:00  content.known_unlawful  content=c1
                2017-08-20 10:05  content.stopped         content=c1
                """,
            ),
            _case(
                "content.stop",
                "两天后才停止。迟做不能消除未履行，但补正时间记录在案。",
                "Stopped two days later. Late does not undo the breach, but its end is recorded.",
                """
                as of 2017-08-23 12:00
                2017-08-20 10:00  content.known_unlawful  content=c1
                2017-08-22 10:00  content.stopped         content=c1
                """,
            ),
            _case(
                "content.stop",
                "五小时后停止。法律只写“立即”，两数之间由人判断。",
                "Stopped after five hours. The law says “immediately”; between the two numbers of "
                "the policy a person must say.",
                """
                as of 2017-08-22 12:00
                2017-08-20 10:00  content.known_unlawful  content=c1
                2017-08-20 15:00  content.stopped         content=c1
                """,
            ),
            _case(
                "content.stop",
                "没有停止的记录，但停止记录本身没有声明完整。",
                "No record of a stop, but the records of stops are not declared complete.",
                """
                as of 2017-08-23 12:00
                covered content.known_unlawful
                2017-08-20 10:00  content.known_unlawful  content=c1
                """,
            ),
        ),
    ),
    Picture(
        "contrary",
        (
            _case(
                "content.stop",
                "没有停止的记录，两天后仍可访问：不论记录是否完整，都是未履行。",
                "No stop, and still online two days later: breached, complete records or not.",
                """
                as of 2017-08-23 12:00
                covered content.known_unlawful
                2017-08-20 10:00  content.known_unlawful  content=c1
                2017-08-22 10:00  content.observed_online content=c1
                """,
            ),
            _case(
                "content.stop",
                "记录说已停止，此后又被看到在线：记录相互矛盾，须由人查明。",
                "The records say stopped, yet it was seen online after: a person must find out.",
                """
                as of 2017-08-23 12:00
                2017-08-20 10:00  content.known_unlawful  content=c1
                2017-08-20 10:05  content.stopped         content=c1
                2017-08-22 10:00  content.observed_online content=c1
                """,
            ),
        ),
    ),
    Picture(
        "precedence",
        (
            _case(
                "identity.verify",
                "先核验，后开通。",
                "Verified first, service after.",
                """
                as of 2017-08-05 12:00
                2017-08-01 09:00  identity.verified  subject=u1
                2017-08-01 09:40  service.started    subject=u1 service=s1 kind=publishing
                """,
            ),
            _case(
                "identity.verify",
                "先开通，次日才核验：开通时即已认定，补上核验只是补正。",
                "Service first, verified a day later: decided at the start; the late check cures.",
                """
                as of 2017-08-05 12:00
                2017-08-01 09:40  service.started    subject=u1 service=s1 kind=publishing
                2017-08-02 09:00  identity.verified  subject=u1
                """,
            ),
            _case(
                "identity.verify",
                "核验已被撤销，不再有效。",
                "The verification had been withdrawn and no longer counts.",
                """
                as of 2017-08-05 12:00
                2017-08-01 09:00  identity.verified     subject=u1
                2017-08-02 09:00  identity.invalidated  subject=u1
                2017-08-03 09:40  service.started       subject=u1 service=s1 kind=publishing
                """,
            ),
            _case(
                "identity.verify",
                "核验记录在开通之后才声明完整：没有记录不等于没有核验。",
                "The records of checks are complete only from later on: silence proves nothing.",
                """
                as of 2017-08-05 12:00
                covered service.started
                covered identity.verified from 2017-08-03
                2017-08-01 09:40  service.started    subject=u1 service=s1 kind=publishing
                """,
            ),
        ),
    ),
    Picture(
        "chain",
        (
            _case(
                "example.chain",
                "每一步都在上一步之后的期限内完成。",
                "Each step within its own time from the step before.",
                """
                as of 2018-01-20 12:00
                2018-01-10 09:00  incident.known          incident=i1
                2018-01-10 20:00  incident.reported       incident=i1 to=police
                2018-01-14 09:00  incident.summary_filed  incident=i1
                """,
            ),
            _case(
                "example.chain",
                "第一步按时，第二步没有做：链条在第二步的期限后断开。",
                "The first step in time, the second never: the chain breaks after the second window.",
                """
                as of 2018-01-20 12:00
                2018-01-10 09:00  incident.known          incident=i1
                2018-01-10 20:00  incident.reported       incident=i1 to=police
                """,
            ),
        ),
    ),
    Picture(
        "prohibition",
        (
            _case(
                "identity.refuse",
                "用户先拒绝，后又提交了身份信息：开通时已无拒绝状态。",
                "Refused, then given after all: at the start nothing stood in the way.",
                """
                as of 2017-08-05 12:00
                2017-08-01 09:00  identity.failed     subject=u1 reason=refused
                2017-08-02 09:30  identity.submitted  subject=u1
                2017-08-03 09:40  service.started     subject=u1 service=s1 kind=access
                """,
            ),
            _case(
                "identity.refuse",
                "拒绝提供身份信息期间开通服务。",
                "Service started while the refusal stood.",
                """
                as of 2017-08-05 12:00
                2017-08-01 09:00  identity.failed     subject=u1 reason=refused
                2017-08-03 09:40  service.started     subject=u1 service=s1 kind=access
                """,
            ),
        ),
    ),
    Picture(
        "recurrence",
        (
            _case(
                "grade.assessed",
                "投入运行一年内测评一次；每次测评开启下一年。",
                "Assessed within the first year; each assessment opens the next.",
                """
                as of 2019-12-01
                2018-01-10 09:00  system.started  system=s1 level=3
                2019-01-05 09:00  grade.assessed  system=s1 level=3
                """,
            ),
            _case(
                "grade.assessed",
                "第二年逾期测评：该年保持未履行，并记明补正日期。",
                "Late in the second year: that year stays breached, with the date of its cure.",
                """
                as of 2020-12-01
                2018-01-10 09:00  system.started  system=s1 level=3
                2019-01-05 09:00  grade.assessed  system=s1 level=3
                2020-03-05 09:00  grade.assessed  system=s1 level=3
                """,
                1,
            ),
        ),
    ),
    Picture(
        "retention",
        (
            _case(
                "log.no_deletion",
                "一月的日志在七月三十一日之后删除。",
                "Logs of January deleted after the end of July.",
                """
                as of 2018-09-01
                2018-08-02 00:00  log.deleted  stream=n1 from=2018-01-01 to=2018-01-31T23:59:59
                """,
            ),
            _case(
                "log.no_deletion",
                "一月的日志在五月即被删除，未满六个月。",
                "Logs of January deleted in May, before six months were over.",
                """
                as of 2018-09-01
                2018-05-02 00:00  log.deleted  stream=n1 from=2018-01-01 to=2018-01-31T23:59:59
                """,
            ),
        ),
    ),
    Picture(
        "existence",
        (
            _case(
                "security.plan",
                "系统运行十天后制定预案。",
                "A plan ten days after the system went into operation.",
                """
                as of 2018-09-01
                2018-01-10 09:00  system.started  system=s1
                2018-01-20 09:00  plan.adopted    kind=incident
                """,
            ),
            _case(
                "security.plan",
                "预案废止后迟迟未补：一次欠缺，一项认定，不按天计。",
                "The plan was withdrawn and the new one came late: one lapse, one finding, not one "
                "a day.",
                """
                as of 2019-09-01
                2018-01-10 09:00  system.started  system=s1
                2018-01-20 09:00  plan.adopted    kind=incident
                2018-06-01 09:00  plan.withdrawn  kind=incident
                2019-01-15 09:00  plan.adopted    kind=incident
                """,
                1,
            ),
        ),
    ),
    Picture(
        "continuity",
        (
            _case(
                "log.no_break",
                "两段日志首尾相接。",
                "Two records of kept logs join.",
                """
                as of 2018-01-13
                2018-01-01 00:00  stream.started  stream=n1 kind=network
                2018-01-06 00:00  log.kept        stream=n1 from=2018-01-01 to=2018-01-06
                2018-01-11 00:00  log.kept        stream=n1 from=2018-01-06 to=2018-01-11
                2018-01-11 12:00  stream.retired  stream=n1
                """,
            ),
            _case(
                "log.no_break",
                "缺了近三周：间断从前一段结束时起算，到下一段开始时为止。",
                "Nearly three weeks are missing: the gap runs from the end of one record to the start of the next.",
                """
                as of 2018-02-02
                2018-01-01 00:00  stream.started  stream=n1 kind=network
                2018-01-06 00:00  log.kept        stream=n1 from=2018-01-01 to=2018-01-06
                2018-01-31 00:00  log.kept        stream=n1 from=2018-01-25 to=2018-01-31
                2018-02-01 12:00  stream.retired  stream=n1
                """,
                1,
            ),
        ),
    ),
    Picture(
        "inventory",
        (
            _case(
                "content.manage",
                "已有制度和负责人，没有培训和巡查记录。总括性要求只列清单，从不单独认定为未履行。",
                "Rules and an officer are there; training and checks are not. A general duty is "
                "listed and never called a breach.",
                """
                as of 2017-12-01
                2017-07-01 09:00  rule.adopted   kind=content
                2017-07-20 09:00  officer.named  role=content
                """,
            ),
        ),
    ),
)
