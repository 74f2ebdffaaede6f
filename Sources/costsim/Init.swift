import ArgumentParser
import Foundation
import Scenarios
import Support

struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a commented scenario to start from, with its catalog and policy.",
    discussion: """
      Example: costsim init my-company --like saas-chat && costsim run my-company/scenario.yaml

      A scenario like one of these companies has today's list prices with their sources, and states what \
      it assumes. On a terminal the numbers that no option gives are asked for. Without a terminal and \
      without any of these options it is 'calls': single calls of two models at example prices.

      The scenario, and so the folder of its reports, is named after the folder.
      """)

  @Argument(help: "Folder to make; nothing in it is overwritten.")
  var folder: String

  @Option(
    help:
      "The company that is most like it. (default: saas-chat where a number is given or asked for)")
  var like: StarterTemplate?

  @Option(parsing: .unconditional, help: "How many users there are.")
  var users: String?

  @Option(parsing: .unconditional, help: "Conversations (or documents) per user and month.")
  var conversations: String?

  @Option(parsing: .unconditional, help: "Messages of the user in a conversation.")
  var turns: String?

  @Option(parsing: .unconditional, help: "Tokens of a message.")
  var input: String?

  @Option(parsing: .unconditional, help: "Tokens of an answer.")
  var output: String?

  @Option(parsing: .unconditional, help: "Price per seat and month.")
  var seatPrice: String?

  @Option(parsing: .unconditional, help: "What AI may cost a month.")
  var budget: String?

  @OptionGroup var printing: PrintOptions

  func run() throws {
    guard !folder.isEmpty else {
      throw BadInput(message: "error: expected the name of a folder to make, not ''")
    }
    var numbers = try given()
    let asks = isatty(STDIN_FILENO) == 1 && !printing.quiet && !printing.json
    let template = like ?? (asks || !numbers.given.isEmpty ? .saasChat : .calls)
    if asks { ask(&numbers, template) }
    let files = try template.files(named: folder, numbers)
    try check(files, numbers, template)
    // `..` of a folder that is not there leads to what is beside it.
    let path = URL(fileURLWithPath: folder).standardizedFileURL.path
    for (name, _) in files
    where (try? FileManager.default.attributesOfItem(atPath: path + "/" + name)) != nil {
      throw BadInput(message: "\(folder)/\(name): error: it is there already, expected a new file")
    }
    let output = try OutputFolder(path: path)
    for (name, text) in files { try output.write(text, to: name) }
    try output.commit()
    printing.show(
      json: .object([("files", .array(files.map { .string("\(folder)/\($0.name)") }))]),
      text: "Now: costsim run \(Self.asArgument(folder + "/scenario.yaml"))\n")
  }

  /// A path as a shell takes it: in quotes where it has more than letters, digits and `._/-`.
  private static func asArgument(_ path: String) -> String {
    let shown = HumanFormat.visible(path)
    guard shown.wholeMatch(of: /[\p{L}\p{N}._\/-]+/) == nil else { return shown }
    return "'" + shown.replacing("'", with: "'\\''") + "'"
  }

  /// Reads the scenario as it would be written: numbers may be too large for it. The error names the option
  /// whose number alone is.
  private func check(
    _ files: [(name: String, text: [UInt8])], _ numbers: StarterNumbers, _ template: StarterTemplate
  ) throws {
    guard let problem = try problem(of: files) else { return }
    for number in StarterNumbers.Number.allCases {
      guard let text = numbers.given[number] else { continue }
      let alone = StarterNumbers(given: [number: text])
      if let problem = try self.problem(of: template.files(named: folder, alone)) {
        throw BadInput(message: "--\(number.rawValue): error: \(problem)")
      }
    }
    throw BadInput(message: "error: these numbers make no scenario together: \(problem)")
  }

  /// What is wrong with a scenario that consists of these files; nil: nothing.
  private func problem(of files: [(name: String, text: [UInt8])]) throws -> String? {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("costsim-init-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files { try Data(text).write(to: folder.appendingPathComponent(name)) }
    do throws(InputErrors) {
      _ = try ScenarioReader.read(path: folder.appendingPathComponent("scenario.yaml").path)
      return nil
    } catch {
      return error.diagnostics.first.map { HumanFormat.visible($0.message) } ?? "it cannot be read"
    }
  }

  private func given() throws -> StarterNumbers {
    var numbers = StarterNumbers()
    let options: [(StarterNumbers.Number, String?)] = [
      (.users, users), (.conversations, conversations), (.turns, turns), (.input, input),
      (.output, output), (.seatPrice, seatPrice), (.budget, budget),
    ]
    for case (let number, let text?) in options { numbers.given[number] = try number.checked(text) }
    return numbers
  }

  /// Asks for every number of the template that is not given; an empty line takes the template's.
  private func ask(_ numbers: inout StarterNumbers, _ template: StarterTemplate) {
    for (number, value) in StarterNumbers.stated(in: template.scenario)
    where numbers.given[number] == nil {
      while true {
        FileHandle.standardError.write(Data("\(number.question) [\(value)]: ".utf8))
        guard let line = readLine()?.trimmingCharacters(in: .whitespaces), !line.isEmpty else {
          break
        }
        if let text = try? number.checked(line) {
          numbers.given[number] = text
          break
        }
        FileHandle.standardError.write(Data("expected \(number.expected)\n".utf8))
      }
    }
  }
}
