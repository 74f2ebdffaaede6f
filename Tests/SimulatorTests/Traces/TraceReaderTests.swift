import CostModel
import Foundation
import Testing

@testable import Simulator
@testable import Support

/// What may be wrong with a file, and what is not wrong though it looks so.
@Suite struct TraceReaderTests {
  private let folder: TraceFolder

  init() throws { folder = try TraceFolder() }

  private func read(
    _ text: String, _ options: TraceOptions = TraceOptions(), format: String? = nil
  ) throws -> ReadTrace {
    try ReadTrace(try folder.write(text), format: format, options: options)
  }

  /// What is said about a text, after the file's name.
  private func complaint(
    _ bytes: [UInt8], _ options: TraceOptions = TraceOptions(), format: String? = nil
  ) throws -> String {
    let path = try folder.write(bytes)
    do {
      _ = try ReadTrace(path, format: format, options: options)
      return "no error"
    } catch {
      return String(describing: error).replacing(path + ": error: ", with: "")
    }
  }

  private func complaint(
    _ text: String, _ options: TraceOptions = TraceOptions(), format: String? = nil
  ) throws -> String {
    try complaint(Array(text.utf8), options, format: format)
  }

  private static let header = "timestamp,input_tokens,output_tokens\n"

  /// A first block without a word does not tell what kind of file it is.
  @Test(arguments: [
    #"{"timestamp": "2025-11-01T00:00:00Z", "input_tokens": 7, "output_tokens": 5}"#,
    header + "2025-11-01T00:00:00Z,7,5",
    (header + "2025-11-01T00:00:00Z,7,5").replacing(",", with: ";"),
  ])
  func blankLinesComeFirst(text: String) throws {
    let blank = "\n \t\r\n" + String(repeating: "\r\n", count: 100)
    for mark in ["", "\u{FEFF}"] {
      for size in [64, 1 << 16] {
        var options = TraceOptions()
        options.blockSize = size
        let read = try self.read(mark + blank + text + "\n", options)
        #expect(read.rows.map(\.input) == [7] && read.rows.map(\.output) == [5])
        #expect(try complaint(blank, options).contains("expected a log"))
        // A control character is no blank.
        let other = try complaint(mark + blank + "\u{2}\n" + blank + text + "\n", options)
        #expect(other.contains("unknown format"), "\(other)")
      }
    }
  }

  @Test(arguments: [
    "timestamp,input_tokens,output_tokens\n2025-11-01T00:00:00Z,1,2\n2025-11-01T00:00:01Z,3,4\n",
    "timestamp,input_tokens,output_tokens\r\n2025-11-01T00:00:00Z,1,2\r\n2025-11-01T00:00:01Z,3,4",
    "\u{FEFF}timestamp;input_tokens;output_tokens\n2025-11-01 00:00;1;2,0\n2025-11-01 00:00:01;3;4",
    "sep=;\ntimestamp;input_tokens;output_tokens\n1761955200;1;2\n\n1761955201;3;4\n\n",
    "timestamp\tinput_tokens\toutput_tokens\n1761955200.0\t1.0\t2e0\n1761955201000\t 3 \t40e-1",
    "timestamp,input_tokens,output_tokens\r1761955200000000,1,2\r1761955201000000000,3,4\r",
    "\"timestamp\",\"input_tokens\",\" output_tokens \"\n\"1761955200\",\"1\",\"2\"\n1761955201,3,4",
    "\u{FEFF}{\"timestamp\":1761955200,\"input_tokens\":1,\"output_tokens\":2}\r\n \n"
      + "{ \"output_tokens\" : 4.0, \"timestamp\":\"2025-11-01T00:00:01Z\",\"input_tokens\":\"3\"}",
  ])
  func spellings(_ text: String) throws {
    let trace = try read(text)
    #expect(trace.times() == ["2025-11-01T00:00:00Z", "2025-11-01T00:00:01Z"])
    #expect(trace.rows.map(\.input) == [1, 3] && trace.rows.map(\.output) == [2, 4])
  }

  @Test(arguments: [1, 2, 3, 7, 64, 1_000])
  func blocksOfAnySizeGiveTheSameRows(_ size: Int) throws {
    var options = TraceOptions()
    options.blockSize = size
    for name in ["canonical.csv", "langfuse.csv", "otel.jsonl", "mooncake.jsonl", "excel-fr.csv"] {
      let path = TraceFolder.fixture(name)
      let whole = try ReadTrace(path)
      let pieces = try ReadTrace(path, options: options)
      #expect(pieces.rows.map { "\($0)" } == whole.rows.map { "\($0)" })
      #expect(pieces.blocks == whole.blocks)
    }
  }

  @Test func filesThatAreNoLogs() throws {
    #expect(try complaint("") == "the file is empty, expected a log")
    #expect(try complaint("\n\n").hasPrefix("no header and no rows"))
    #expect(try complaint(Self.header) == "no error")
    #expect(
      try complaint(Self.header + "1,2,3\n4,\u{0},6\n") == "a NUL byte at byte 45, expected text")
    #expect(try complaint([0x1F, 0x8B, 8, 0]).hasPrefix("this is a gzip file"))
    #expect(try complaint([0xFF, 0xFE, 0x74, 0]).hasPrefix("this is UTF-16 text"))
    #expect(try complaint("[{\"timestamp\": 1}]").hasPrefix("this is a JSON array"))
    #expect(try complaint("{\"timestamp\": ").contains("the text ends too early"))
    let missing = #expect(throws: TraceError.self) { try ReadTrace(folder.path + "/none.csv") }
    #expect(missing?.reason == "no such file")
    let isFolder = #expect(throws: TraceError.self) { try ReadTrace(folder.path) }
    #expect(isFolder?.reason == "is a folder, expected a log as CSV or JSON lines")
  }

  @Test func quotes() throws {
    #expect(
      try complaint(Self.header + "1,2,3\n4,\"5,6\n7,8,9\n")
        == "row 2: a quote that is neither at a field's ends nor doubled, or not closed")
    #expect(try complaint(Self.header + "1,2,3\n4,5\"x,6\n").hasPrefix("row 2: a quote"))
  }

  @Test func endlessRows() throws {
    var options = TraceOptions()
    options.maximumRowBytes = 64 << 10
    options.blockSize = 4 << 10
    var long = Array((Self.header + "1,2,\"").utf8)
    long += Array(repeating: UInt8(ascii: "x"), count: 80_000)
    #expect(
      try complaint(long, options)
        == "row 1 has more than 65,536 bytes (limit 'record_bytes'): a quote that is not closed?")
    var line = Array("{\"timestamp\":1,\"input_tokens\":2}\n{\"timestamp\":\"".utf8)
    line += Array(repeating: UInt8(ascii: "x"), count: 80_000)
    #expect(
      try complaint(line, options) == "row 2 has more than 65,536 bytes (limit 'record_bytes')")
  }

  @Test func malformedRowsAreListed() throws {
    let text =
      "timestamp,input_tokens,cached_input_tokens,output_tokens,latency_ms,cost_usd\n"
      + "2025-02-29T00:00:00Z,1,,2,,\n" + "2025-02-28T00:00:00Z,1.5,,2,,\n"
      + "2025-02-28T00:00:00Z,1,,-2,,\n" + "2025-02-28T00:00:00Z,1,,2,,,\n" + ",1,,2,,\n"
      + "2025-02-28T00:00:00Z,1,5,2,,\n" + "2025-02-28T00:00:00Z,1,,2,soon,\n"
      + "2025-02-28T00:00:00Z,1e16,,2,,\n" + "2025-02-28T00:00:00Z,1,,2,,1e9\n"
      + "1969-12-31T23:59:59Z,1,,2,,\n" + "2025-02-28T00:00:00Z,1,1,2,3,4"
    #expect(
      try complaint(text) == """
        10 malformed rows, expected none (--skip-bad-rows N tolerates up to N)
          row 1, column 'timestamp': expected a time like 2025-11-01T09:00:00Z, not \
        '2025-02-29T00:00:00Z'
          row 2, column 'input_tokens': expected a whole number, not '1.5'
          row 3, column 'output_tokens': must not be negative, as '-2' is
          row 4: 7 fields, expected 6 as in the header
          row 5, column 'timestamp': no timestamp
          row 6, column 'cached_input_tokens': 5 cached and written tokens are more than the \
        input of 1 (a format says 'cached: beside' where they do not count as input)
          row 7, column 'latency_ms': expected a number, not 'soon'
          row 8, column 'input_tokens': '1e16' is too large
          row 9, column 'cost_usd': '1e9' is too large
          row 10, column 'timestamp': '1969-12-31T23:59:59Z' is out of range, expected 1970 to 2200
        """)
    var options = TraceOptions()
    options.skipBadRows = 10
    var rejected: [RejectedRow] = []
    options.onRejected = { rejected.append($0) }
    let trace = try read(text, options)
    #expect(trace.rows.map(\.number) == [11] && trace.facts.rejected == 10)
    #expect(rejected.map(\.row.number) == Array(1...10) && trace.facts.firstRejected.count == 10)
    #expect(rejected[6].fields.map { String(decoding: $0, as: UTF8.self) }[4] == "soon")
    options.skipBadRows = 9
    #expect(try complaint(text, options).hasPrefix("10 malformed rows, expected at most 9 ("))
  }

  @Test func rejectedRowsAreWrittenAsTheyWere() throws {
    let header = "timestamp,input_tokens,user,note\n"
    let bad = "2025-11-01T00:00:00Z,-5,=u,\"a \"\"b\"\",\nc\"\n"
    var options = TraceOptions()
    options.skipBadRows = 5
    var rejected: [RejectedRow] = []
    options.onRejected = { rejected.append($0) }
    var source = try TraceSource(path: try folder.write(header + bad + "1,2,3\n"), options: options)
    var batch = TraceBatch()
    while try source.next(into: &batch) {}
    var rows = RejectedRows(columns: source.columnNames, isJSON: source.isJSON)
    for row in rejected { rows.append(row) }
    let quoted = "\"a \"\"b\"\",\nc\""
    #expect(
      String(decoding: rows.bytes, as: UTF8.self)
        == "row,column,problem,timestamp,input_tokens,user,note\r\n"
        + "1,input_tokens,\"must not be negative, as '-5' is\",2025-11-01T00:00:00Z,-5,=u,"
        + quoted + "\r\n2,,\"3 fields, expected 4 as in the header\",1,2,3\r\n")
  }

  @Test func onlyTheFirstMalformedRowsAreListed() throws {
    let text = Self.header + String(repeating: "never,1,2\n", count: 1_234)
    let complaint = try complaint(text)
    #expect(complaint.hasPrefix("1,234 malformed rows, expected none"))
    #expect(complaint.split(separator: "\n").count == 21 && complaint.contains("the first 20 are"))
  }

  @Test func namesMustBeUTF8() throws {
    let bytes = Array("timestamp,user,input_tokens\n1,caf".utf8) + [0xE9] + Array(",3\n2,a,4".utf8)
    #expect(try complaint(bytes).hasSuffix("row 1, column 'user': not UTF-8"))
    var options = TraceOptions()
    options.skipBadRows = 1
    let trace = try ReadTrace(try folder.write(bytes), options: options)
    #expect(trace.rows.count == 1 && trace.user(0) == "a" && trace.symbols.users.count == 1)
  }

  @Test func malformedJSON() throws {
    let good = "{\"timestamp\":1,\"input_tokens\":2}\n"
    for bad in [
      "{\"timestamp\":1", "{\"timestamp\":1}}", "{\"timestamp\" 1}", "{timestamp:1}", "[1]", "x",
      "{\"timestamp\":1,}", "{\"a\":[1,]}", "{\"a\":\"\\q\"}", "{\"a\":\"\\u12\"}", "{\"a\":tru}",
      "{\"a\":" + String(repeating: "[", count: 100_000),
    ] {
      let complaint = try complaint(good + bad)
      #expect(complaint.hasPrefix("1 malformed row, expected none"), "\(bad): \(complaint)")
      #expect(complaint.contains("row 2: "), "\(bad): \(complaint)")
    }
  }

  // MARK: Formats

  @Test func unknownColumns() throws {
    let complaint = try complaint("TIMESTAMP,ContextToken,GeneratedTokens\n1,2,3\n")
    #expect(
      complaint.hasPrefix(
        "unknown format; its columns are 'TIMESTAMP', 'ContextToken', 'GeneratedTokens'\n"
          + "  azure-llm-inference would need 'ContextTokens'\n"))
    #expect(complaint.contains("\n'ContextToken': did you mean 'ContextTokens'?\n"))
  }

  @Test func ambiguousColumns() throws {
    let complaint = try complaint(
      "TIMESTAMP,ContextTokens,GeneratedTokens,start_time,end_time,num_model_requests\n")
    #expect(
      complaint
        == "its columns fit several formats: azure-llm-inference or openai-usage; say which with "
        + "--format")
  }

  @Test func columnsAndValuesOnTheCommandLine() throws {
    var options = TraceOptions()
    try options.addColumns("timestamp=when,input_tokens=in")
    try options.addColumns("latency_ms=ms")
    try options.addFixed("model=gpt-4o")
    try options.addFixed("tier=premium")
    let text = "when,in,ms,model\n1761955200,5,1.5,other\n"
    let trace = try read(text, options)
    #expect(trace.model(0) == "gpt-4o" && trace.rows[0].input == 5)
    #expect(trace.rows[0].latency == 1_500)
    #expect(trace.symbols.kinds[Int(trace.rows[0].kind)][.tier] == "premium")
    try options.addColumns("output_tokens=ou")
    #expect(
      try complaint(text, options)
        == "no column 'ou' for output_tokens (format canonical); there are 'when', 'in', 'ms', "
        + "'model'")
    #expect {
      try options.addFixed("modle=x")
    } throws: {
      String(describing: $0).hasSuffix("\ndid you mean 'model'?")
    }
    #expect(throws: BadInput.self) { try options.addColumns("model") }
  }

  @Test func twoColumnsOfOneName() throws {
    #expect(
      try complaint("timestamp,input_tokens,input_tokens\n")
        == "two columns are called 'input_tokens', expected one")
  }

  @Test func ownFormatFile() throws {
    let format = try folder.write(
      """
      name: mine
      cached: beside
      where: {kind: [llm, chat]}
      missing: ["-"]
      columns:
        timestamp: {from: at, unit: ms}
        account_id: who
        input_tokens: fresh
        cached_input_tokens: old
        status: {from: state, values: {done: ok}}
        tier: {from: level, default: standard}
        cost_usd: {from: price, unit: cents}
      """, to: "mine.yaml")
    let trace = try read(
      """
      at,who,fresh,old,state,level,price,kind
      1761955200000,a,10,5,done,-,0.5,llm
      1761955201000,-,10,-,broken,gold,-,chat
      1761955202000,b,x,y,z,w,v,other
      """, format: format)
    #expect(trace.rows.map(\.input) == [15, 10] && trace.rows.map(\.cached) == [5, -1])
    #expect(trace.rows.map(\.status) == [.ok, .failed] && trace.facts.filtered == 1)
    #expect(trace.rows.map(\.cost) == [5_000_000_000, -1])
    #expect(trace.rows.map { trace.symbols.kinds[Int($0.kind)][.tier] } == ["standard", "gold"])
    #expect(trace.user(0) == "a" && trace.user(1) == nil)
  }

  @Test func wrongFormatFile() throws {
    let format = try folder.write(
      "name: mine\ncolumns:\n  input_tokens: {from: a, unit: s}\n  modle: b\n", to: "bad.yaml")
    let error = #expect(throws: InputErrors.self) {
      try read(Self.header, format: format)
    }
    let text = error.map { String(describing: $0) } ?? ""
    #expect(text.contains("bad.yaml:3:"), "\(text)")
    #expect(text.contains("'input_tokens' has no unit"), "\(text)")
    #expect(text.contains("unknown key 'modle' in columns"), "\(text)")
    #expect(text.contains("did you mean 'model'?"), "\(text)")
    #expect(text.contains("'timestamp' is missing"), "\(text)")
  }

  /// They are parts of a total that the log does not tell: what it was cannot be guessed.
  @Test func partsWithoutTheirTotalAreMalformed() throws {
    let text = "timestamp,cached_input_tokens,input_tokens,output_tokens,reasoning_tokens\n"
    let cached = try complaint(text + "2025-11-01T00:00:00Z,5,,1,\n")
    #expect(
      cached.contains(
        "row 1, column 'cached_input_tokens': 5 cached and written tokens are more than an input "
          + "that is not told"), "\(cached)")
    let reasoning = try complaint(text + "2025-11-01T00:00:00Z,0,7,,3\n")
    #expect(
      reasoning.contains(
        "row 1, column 'reasoning_tokens': 3 reasoning tokens are more than an output that is not "
          + "told"), "\(reasoning)")
    #expect(try complaint(text + "2025-11-01T00:00:00Z,0,,1,0\n") == "no error")
  }
}
