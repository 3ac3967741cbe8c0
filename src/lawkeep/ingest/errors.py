"""What can be wrong with records, mappings and operator folders: the codes of this room."""

from lawkeep.model.errors import declare

declare(
    "input_missing",
    "“{name}” cannot be read: {problem}.",
    "无法读取“{name}”：{problem}。",
    "Check the path and its permissions.",
    "请检查路径和访问权限。",
)
declare(
    "input_empty",
    "The file has no content.",
    "文件没有内容。",
    "Export it again; if there is nothing to report, leave the file out.",
    "请重新导出；如果没有记录，请不要放入该文件。",
)
declare(
    "input_format_unknown",
    "“{name}” has no format that is known here.",
    "无法识别“{name}”的格式。",
    "Use .jsonl, .json, .csv, .tsv, .xlsx, .parquet, .xes or .sqlite, or set `format` in the "
    "mapping.",
    "请使用 .jsonl、.json、.csv、.tsv、.xlsx、.parquet、.xes 或 .sqlite，或在映射中设置 format。",
)
declare(
    "input_mapping_needed",
    "A {format} file says nothing about events by itself.",
    "{format} 文件本身不说明对应哪些事件。",
    "Write a mapping for it; `lawkeep ingest sniff FILE` proposes one.",
    "请为它编写映射文件；lawkeep ingest sniff FILE 可以生成草稿。",
)
declare(
    "input_broken",
    "This is not a whole {format} file: {problem}.",
    "这不是完整的 {format} 文件：{problem}。",
    "Export or copy it again.",
    "请重新导出或复制该文件。",
)
declare(
    "input_too_large",
    "The file is larger than {limit} bytes, and a {format} file is read whole.",
    "文件超过 {limit} 字节，而 {format} 文件需要整体读入。",
    "Write it as .jsonl, one event a line, or as several files.",
    "请改为 .jsonl（每行一个事件），或拆分为多个文件。",
)
declare(
    "encoding_utf16",
    "The file is written in UTF-16 or UTF-32.",
    "文件使用 UTF-16 或 UTF-32 编码。",
    "Save it as UTF-8, for example with `iconv -f UTF-16 -t UTF-8`.",
    "请另存为 UTF-8，例如使用 iconv -f UTF-16 -t UTF-8。",
)
declare(
    "encoding_unclear",
    "The file is not UTF-8 (first at byte {offset}) and not surely GB18030.",
    "文件不是 UTF-8（首个出错字节为第 {offset} 字节），也无法确定是 GB18030。",
    "Set `encoding: gb18030` (or another) in the mapping, or save the file as UTF-8.",
    "请在映射中设置 encoding: gb18030（或其他编码），或将文件另存为 UTF-8。",
)
declare(
    "encoding_ambiguous",
    "The little text in the file can be read as UTF-8 and as GB18030.",
    "文件中的少量文字既可按 UTF-8 也可按 GB18030 解读。",
    "Set `encoding: gb18030` or `encoding: utf-8` in the mapping.",
    "请在映射中设置 encoding: gb18030 或 encoding: utf-8。",
)
declare(
    "encoding_broken",
    "Byte {offset} of the file does not belong to {encoding} text.",
    "文件第 {offset} 字节不是有效的 {encoding} 文本。",
    "Mend that line in the system it came from, or set the right `encoding`.",
    "请在来源系统中修正该行，或设置正确的 encoding。",
)
declare(
    "encoding_unknown",
    "“{name}” is not an encoding that is read here.",
    "不支持编码“{name}”。",
    "Use auto, utf-8, gb18030, gbk, big5 or latin-1.",
    "请使用 auto、utf-8、gb18030、gbk、big5 或 latin-1。",
)
declare(
    "nul_byte",
    "Byte {offset} of the file is NUL; text has none.",
    "文件第 {offset} 字节为 NUL，文本中不应出现。",
    "The export is damaged or not text: export it again as UTF-8.",
    "导出文件已损坏或不是文本，请重新导出为 UTF-8。",
)
declare(
    "record_too_long",
    "A record is longer than {limit} bytes.",
    "一条记录超过 {limit} 字节。",
    "A quote is probably not closed, or a line break is missing; large parts belong in evidence.",
    "可能有引号未闭合或缺少换行；较大的内容应作为证据另存。",
)
declare(
    "csv_quote_open",
    "A quoted field is opened here and never closed.",
    "此处的引号字段没有闭合。",
    "Close it; a quote inside a quoted field is written twice (RFC 4180).",
    "请补上引号；引号字段内的引号要写两次（RFC 4180）。",
)
declare(
    "csv_quote_stray",
    "A quote stands inside a field, or text follows a closed quote.",
    "字段中间出现引号，或闭合引号之后还有文字。",
    "Put the whole field in quotes and write the inner quote twice (RFC 4180).",
    "请用引号括住整个字段，内部的引号写两次（RFC 4180）。",
)
declare(
    "csv_return_stray",
    "A carriage return stands inside an unquoted record.",
    "未加引号的记录中出现回车符。",
    "End lines with LF or CR LF, and quote fields that hold line breaks.",
    "请用 LF 或 CR LF 换行，含换行的字段请加引号。",
)
declare(
    "csv_field_count",
    "The record has {found} fields; the header has {expected}.",
    "该记录有 {found} 个字段，而表头有 {expected} 个。",
    "Quote fields that hold the delimiter, or set `delimiter` in the mapping.",
    "含分隔符的字段请加引号，或在映射中设置 delimiter。",
)
declare(
    "header_missing",
    "There is no header in row {row}.",
    "第 {row} 行没有表头。",
    "Set `header_row` in the mapping (0: the file has none; columns are then 1, 2, 3, ...).",
    "请在映射中设置 header_row（0 表示没有表头，列名为 1、2、3……）。",
)
declare(
    "header_repeated",
    "The column “{column}” stands in the header twice.",
    "表头中列“{column}”出现两次。",
    "Rename one of them, so that it is clear which is meant.",
    "请改名，以免混淆。",
)
declare(
    "json_malformed",
    "This is not JSON: {problem}.",
    "不是有效的 JSON：{problem}。",
    "Mend the line at the place named.",
    "请在指出的位置修正该行。",
)
declare(
    "json_refused",
    "The JSON is not taken: {problem}.",
    "不接受该 JSON：{problem}。",
    "Write each key once, numbers of at most 64 bits, text without lone surrogates, at most 32 "
    "levels.",
    "每个键只写一次，数字不超过 64 位，文本中没有孤立代理，嵌套不超过 32 层。",
)
declare(
    "sheet_missing",
    "The workbook has no sheet “{sheet}”.{near_en}",
    "工作簿中没有工作表“{sheet}”。{near_zh}",
    "Set `sheet` in the mapping to one of its sheets.",
    "请在映射中将 sheet 设为已有的工作表。",
)
declare(
    "mapping_column_unknown",
    "The file has no column “{column}”.{near_en}",
    "文件中没有列“{column}”。{near_zh}",
    "Its columns are: {columns}.",
    "现有的列：{columns}。",
)
declare(
    "row_value_missing",
    "`{field}` of {type} is empty in this row.",
    "该行中 {type} 的 {field} 为空。",
    "Fill it in, or leave such rows out with `when:` in the mapping.",
    "请补全，或在映射中用 when: 跳过此类行。",
)
declare(
    "row_value_unmapped",
    "The value “{value}” of `{field}` is not in its map.{near_en}",
    "{field} 的值“{value}”不在映射表中。{near_zh}",
    "Add it to `map`, or give a `default`.",
    "请加入 map，或设置 default。",
)
declare(
    "row_value_unconvertible",
    "The value “{value}” of `{field}` is not {kind}.",
    "{field} 的值“{value}”不是 {kind}。",
    "Mend the row, or set `as` or `map` for this field in the mapping.",
    "请修正该行，或在映射中为该字段设置 as 或 map。",
)
declare(
    "time_not_matching",
    "“{value}” is not a time of the form {formats}.",
    "“{value}”不符合时间格式 {formats}。",
    "Mend the row, or add its form to `format` in the mapping.",
    "请修正该行，或在映射的 format 中加入该格式。",
)
declare(
    "time_ambiguous",
    "The clock showed “{value}” twice in {zone} (clocks were set back).",
    "在 {zone}，“{value}”出现了两次（时钟回拨）。",
    "Give the offset from UTC, or set `fold: earlier` or `fold: later` in the mapping.",
    "请写明时区偏移，或在映射中设置 fold: earlier 或 fold: later。",
)
declare(
    "time_skipped",
    "The clock never showed “{value}” in {zone} (clocks were set forward).",
    "在 {zone} 不存在“{value}”（时钟拨快）。",
    "Give the offset from UTC, or set `fold: earlier` or `fold: later` in the mapping.",
    "请写明时区偏移，或在映射中设置 fold: earlier 或 fold: later。",
)
declare(
    "zone_unknown",
    "“{zone}” is not a time zone of the IANA database.",
    "“{zone}”不是 IANA 时区数据库中的时区。",
    "Write it like Asia/Shanghai.",
    "请写成 Asia/Shanghai 的形式。",
)
declare(
    "xml_refused",
    "The XML is not taken: {problem}.",
    "不接受该 XML：{problem}。",
    "Export it without document type, entities and external references.",
    "请导出不含文档类型、实体和外部引用的文件。",
)
declare(
    "operator_unnamed",
    "Nothing says whose record this is.",
    "没有说明这是哪个运营者的记录。",
    "Set `operator` in operator.yaml, in the mapping or in the event.",
    "请在 operator.yaml、映射或事件中设置 operator。",
)
declare(
    "operator_differs",
    "The event is of the operator “{found}”; these are the records of “{expected}”.",
    "该事件属于运营者“{found}”，而这里是“{expected}”的记录。",
    "Keep each operator's records in a folder of its own.",
    "请将各运营者的记录分别放在各自的文件夹中。",
)
declare(
    "folder_without_operator",
    "The folder has no operator.yaml, so nobody says who the operator is.",
    "文件夹中没有 operator.yaml，未说明运营者是谁。",
    "Write one with at least `operator` and `roles`.",
    "请编写该文件，至少包含 operator 和 roles。",
)
declare(
    "folder_file_unmapped",
    "The record file “{name}” has no mapping, so it would be left out.",
    "记录文件“{name}”没有映射，将被遗漏。",
    "Write one (`lawkeep ingest sniff FILE` proposes it), or name the file under `ignore` in "
    "operator.yaml.",
    "请编写映射（lawkeep ingest sniff FILE 可生成草稿），或在 operator.yaml 的 ignore 中列出该文件。",
)
declare(
    "folder_file_missing",
    "The mapping names “{name}”, and no such file is in the folder.",
    "映射指定的“{name}”在文件夹中不存在。",
    "Put the file there, or mend the name; names are relative to the folder of operator.yaml.",
    "请放入该文件或修正名称；名称相对于 operator.yaml 所在文件夹。",
)
declare(
    "folder_file_outside",
    "“{name}” is outside the operator's folder.",
    "“{name}”不在运营者文件夹内。",
    "Records are read from the folder alone: copy the file into it.",
    "只读取文件夹内的记录，请将文件复制进来。",
)
declare(
    "folder_file_twice",
    "Two mappings take the file “{name}”: {first} and this one.",
    "文件“{name}”被两个映射使用：{first} 和本映射。",
    "Put all events of the file under `events` of one mapping.",
    "请将该文件的所有事件写在同一映射的 events 下。",
)
declare(
    "spool_broken",
    "“{name}” is not a file that Lawkeep spooled: {problem}.",
    "“{name}”不是 Lawkeep 写出的暂存文件：{problem}。",
    "Delete it and import the records again.",
    "请删除后重新导入记录。",
)
