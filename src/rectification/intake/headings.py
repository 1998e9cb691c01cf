"""What the columns of rectification ledgers are called, and the words that stand in them.

Sources: the usual forms of 整改台账, 整改清单 and 销号清单. A name is compared without blanks, case, brackets
and what stands in them; the export's own headings are added from the catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping

# Field -> what its column is called. `problem` twice makes the first column the title.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "sequence": ("序号", "顺序号", "序", "行号", "no", "no.", "number", "#", "seq", "s/n"),
    "id": ("编号", "问题编号", "问题序号", "台账编号", "id", "item id", "reference", "ref", "issue id"),
    "title": (
        "问题标题", "标题", "问题名称", "问题概述", "问题摘要", "title", "subject", "summary",
        "headline",
    ),
    "problem": (
        "问题", "存在问题", "问题描述", "问题表现", "主要问题", "具体问题", "存在的问题", "存在的主要问题",
        "具体表现", "问题内容", "问题情况", "反馈问题", "巡察反馈问题", "巡视反馈问题", "整改问题",
        "问题清单",
        "发现问题", "发现的问题", "问题事项", "整改事项", "隐患描述", "隐患内容",
        "problem", "issue", "finding", "description", "problem description", "issue description",
        "observation",
    ),
    "category": (
        "问题类别", "问题类型", "类别", "类型", "问题分类", "分类", "所属类别",
        "category", "type", "kind", "issue type",
    ),
    "severity": (
        "严重程度", "问题等级", "隐患等级", "风险等级", "等级", "severity", "priority", "risk", "level",
    ),
    "mode": ("整改方式", "整改类型", "整改类别", "整改要求", "mode", "kind of rectification"),
    "unit": (
        "责任单位", "牵头单位", "主责单位", "整改责任单位", "责任部门", "牵头部门", "整改单位",
        "主体责任单位",
        "承办单位", "牵头责任单位", "主办单位", "责任主体",
        "responsible unit", "unit", "department", "responsible department", "lead unit", "owner unit",
    ),
    "owner": (
        "责任人", "责任领导", "整改责任人", "负责人", "牵头领导", "直接责任人", "责任人及职务", "分管领导",
        "包抓领导", "owner", "responsible person", "person responsible", "assignee", "responsible",
    ),
    "partners": (
        "配合单位", "参与单位", "协办单位", "责任配合单位", "配合部门", "协同单位",
        "partners", "supporting unit", "supporting units", "cooperating unit",
    ),
    "found": (
        "发现时间", "反馈时间", "发现日期", "反馈日期", "检查时间", "检查日期", "问题发现时间", "交办时间",
        "下发时间", "found", "date found", "found on", "date raised", "raised", "opened", "identified",
    ),
    "due": (
        "整改时限", "完成时限", "整改期限", "计划完成时间", "时限", "期限", "限期", "整改完成时限",
        "整改时间",
        "计划完成时限", "要求完成时间", "预计完成时间", "计划完成日期", "整改截止时间", "截止时间",
        "截止日期",
        "due", "due date", "deadline", "target date", "planned completion",
    ),
    "done": (
        "实际完成时间", "销号时间", "实际完成日期", "完成日期", "办结时间", "整改完成时间", "销号日期",
        "done", "date closed", "closed on", "completed on", "completion date", "actual completion",
    ),
    "due_or_done": ("完成时间",),
    "cause": (
        "原因", "原因分析", "问题原因", "产生原因", "成因", "问题成因", "根源", "cause", "root cause",
        "reason",
    ),
    "goal": ("整改目标", "目标", "目标要求", "预期目标", "工作目标", "goal", "target", "objective"),
    "actions": (
        "整改措施", "具体措施", "措施", "整改举措", "工作措施", "具体整改措施", "整改任务", "整改措施及要求",
        "actions", "action", "corrective action", "corrective actions", "measures", "remedial action",
        "action plan",
    ),
    "progress": (
        "整改情况", "进展", "整改进展", "落实情况", "进展情况", "整改进展情况", "整改落实情况", "整改成效",
        "整改结果", "目前进展", "工作进展", "落实进展", "整改完成情况", "当前进展",
        "progress", "progress notes", "update", "updates", "latest update", "comments on progress",
    ),
    "status": (
        "完成情况", "是否完成", "销号情况", "状态", "整改状态", "完成状态", "是否销号", "是否整改到位",
        "是否整改",
        "是否办结", "整改是否完成", "status", "state", "completed?", "closed?", "done?",
    ),
    "verifier": (
        "验收单位", "验收部门", "销号单位", "核查单位", "验收人", "验收责任单位", "督办单位", "销号审核单位",
        "verifier", "verified by", "accepted by", "closed by",
    ),
    "evidence": (
        "佐证材料", "佐证资料", "证明材料", "佐证", "支撑材料", "附件", "印证材料", "evidence", "attachment",
        "proof",
    ),
    "source": ("问题来源", "来源", "线索来源", "source", "origin"),
    "checklist": ("所属清单", "清单", "checklist"),
    "related": ("关联问题", "related"),
    "visibility": ("公开范围", "是否公开", "公开属性", "visibility"),
}  # fmt: skip

# Columns the export derives: an import has no use for them.
DERIVED = (
    "ledger.column.flag", "ledger.column.slip", "ledger.column.since", "ledger.column.left",
    "ledger.column.open", "ledger.address", "ledger.as_of",
)  # fmt: skip

# Key of the export's heading -> field, where the two are called differently.
OWN = {
    "ledger.description": "problem",
    "field.title": "problem",
    "section.timeline": "progress",
    "section.due_changes": "due_changes",
    "section.feedback": "feedback",
    "section.notice": "notice",
    "section.waive": "waive",
    "section.extra": "extra",
}

# The key in `extra` of the heading of a part of the table: Chinese, English.
SECTION = ("分组", "section")

# What is written where there is nothing to write.
NOTHING = frozenset({"/", "／", "-", "—", "——", "无", "n/a", "N/A", "none", "None"})

TOTALS = ("合计", "总计", "小计", "共计", "累计", "total", "subtotal", "sum")

# What a cell of the status column says -> status; `closed` only with somebody who verified it.
STATUS_WORDS: Mapping[str, tuple[str, ...]] = {
    "closed": (
        "已完成", "完成", "已销号", "销号", "是", "√", "✓", "✔", "☑", "已整改", "整改完成",
        "已整改完成", "整改到位",
        "已整改到位", "已办结", "办结", "已完成整改", "全部完成", "已全部完成", "已验收", "已到位",
        "closed", "done", "complete", "completed", "yes", "y", "resolved", "fixed", "finished",
    ),
    "submitted": ("待验收", "申请销号", "待销号", "已报验", "待核查", "submitted", "pending verification"),
    "in_progress": (
        "未完成", "整改中", "正在推进", "推进中", "进行中", "正在整改", "否", "×", "✗", "✘", "未销号",
        "持续推进",
        "持续推进中", "持续整改", "持续整改中", "长期坚持", "正在进行", "正在落实", "部分完成",
        "基本完成", "阶段性完成",
        "未整改到位", "尚未完成", "in progress", "ongoing", "no", "n", "not done", "wip", "started",
    ),
    "open": ("未启动", "未开始", "未整改", "尚未启动", "open", "not started", "new", "todo", "to do"),
}  # fmt: skip

MODE_WORDS: Mapping[str, tuple[str, ...]] = {
    "immediate": ("立行立改", "立即整改", "立查立改", "即知即改", "立即", "immediate", "immediately"),
    "sustained": (
        "长期坚持",
        "持续整改",
        "长期整改",
        "持续推进",
        "长期",
        "sustained",
        "ongoing",
        "long term",
    ),
    "phased": ("分阶段整改", "分步整改", "分阶段", "phased"),
    "deadline": ("限期整改", "限时整改", "deadline"),
}

SEVERITY_WORDS: Mapping[str, tuple[str, ...]] = {
    "high": ("严重", "重大", "高", "特别严重", "high", "critical", "major", "severe"),
    "medium": ("较重", "中", "较大", "中等", "medium", "moderate"),
    "low": ("一般", "低", "轻微", "较小", "low", "minor"),
}

VISIBILITY_WORDS: Mapping[str, tuple[str, ...]] = {
    "public": ("公开", "主动公开", "public"),
    "internal": ("内部", "不公开", "不予公开", "internal", "confidential"),
}
