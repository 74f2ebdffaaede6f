import Support

/// A page and its charts as HTML that needs no other file, no network, and no script but to sort tables;
/// for screens of any width, light or dark, and for paper.
package enum ReportHTML {
  /// - Parameters:
  ///   - charts: Charts by path, each shown in the width that the screen has room for.
  ///   - home: the index of all pages, from this one; nil where this is the index.
  package static func text(
    _ markdown: String, charts: [String: ChartPicture] = [:], home: String? = nil
  ) -> String {
    var pictures: [String: String] = [:]
    for (number, path) in charts.keys.sorted().enumerated() {
      pictures[path] = charts[path].map {
        inline($0.page, name: "\(number + 1)", class: "page")
          + inline($0.phone, name: "\(number + 1)n", class: "phone")
      }
    }
    let body = MarkdownHTML(pictures: pictures).page(markdown, home: home)
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src '\(PageScript.hash)'">
      <title>\(body.title)</title>
      <style>
      \(style)\(charts.isEmpty ? "" : "\n" + SVG.style)
      </style>
      </head>
      <body>
      <main>
      \(body.html)</main>
      <script>\(PageScript.text)</script>
      </body>
      </html>

      """
  }

  /// The picture itself, with names of its own, since a page may have each name only once, and without
  /// the rules that the page has for all.
  private static func inline(_ svg: String, name: String, class kind: String) -> String {
    let start = svg.firstRange(of: "<svg")?.lowerBound ?? svg.startIndex
    return String(svg[start...])
      .replacing("<svg ", with: "<svg class=\"\(kind)\" ", maxReplacements: 1)
      .replacing("<style>\n\(SVG.style)", with: "<style>", maxReplacements: 1)
      .replacing("<style>\n</style>\n", with: "", maxReplacements: 1)
      .replacing("id=\"title\"", with: "id=\"title\(name)\"")
      .replacing("id=\"desc\"", with: "id=\"desc\(name)\"")
      .replacing(
        "aria-labelledby=\"title desc\"", with: "aria-labelledby=\"title\(name) desc\(name)\"")
  }

  /// Phones get the narrow charts. Tables, and charts on screens between a phone's and a page's width,
  /// scroll by themselves: the text never does. A shade then says that there is more, and the first column
  /// stays.
  private static let style = """
    :root{color-scheme:light dark;--ink:#1f2328;--faint:#59636e;--rule:#d1d9e0;--paper:#fff;\
    --band:#6575850f;--shade:#1f232833;--link:#0a5bb5}
    @media screen and (prefers-color-scheme:dark){:root{--ink:#e6edf3;--faint:#9aa7b4;\
    --rule:#3d444d;--paper:#0d1117;--band:#8091a514;--shade:#e6edf340;--link:#5aa9e6}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--paper);color:var(--ink);\
    font:16px/1.55 system-ui,"Segoe UI","Helvetica Neue",Arial,"DejaVu Sans",sans-serif}
    main{max-width:76rem;margin:0 auto;padding:1rem clamp(1rem,4vw,2.5rem) 3rem}
    h1{font-size:1.7rem;line-height:1.25;margin:1rem 0} h1+p{font-size:1.15rem}
    h2{font-size:1.25rem;margin:2.2rem 0 .6rem;padding-top:.6rem;border-top:1px solid var(--rule)}
    p,ul{max-width:52rem} li{margin:.25rem 0} p,li{overflow-wrap:anywhere}
    a{color:var(--link)} code{font-size:.9em}
    nav{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;margin:1.2rem 0;font-size:.9rem}
    th[tabindex]{cursor:pointer} th[aria-sort=ascending]::after{content:" ↑"} \
    th[aria-sort=descending]::after{content:" ↓"}
    figure{margin:1.2rem 0;overflow-x:auto}
    figure svg{display:block;width:100%;min-width:45rem;max-width:60rem;height:auto} \
    figure svg.phone{display:none;min-width:0;max-width:30rem}
    .wide{overflow-x:auto;margin:.8rem 0 1.2rem}
    table{border-collapse:collapse;font-size:.875rem;line-height:1.35}
    th,td{padding:.35rem .7rem;border-bottom:1px solid var(--rule);text-align:left;\
    vertical-align:top;min-width:4rem}
    th{color:var(--faint);font-weight:600;vertical-align:bottom}
    td:not(.number){min-width:6.5rem;max-width:24rem} .number{text-align:right;white-space:nowrap;\
    font-variant-numeric:tabular-nums} th.number{white-space:normal}
    .dense th,.dense td{padding:.35rem .45rem;min-width:3rem}
    tbody tr:nth-child(even){background:var(--band)}
    @media screen and (max-width:60rem){table{width:max-content} \
    td:not(.number){min-width:0;max-width:20rem} \
    .wide,figure{background:\
    linear-gradient(90deg,var(--paper) 50%,transparent) 0 0/2rem 100% no-repeat local,\
    linear-gradient(-90deg,var(--paper) 50%,transparent) 100% 0/2rem 100% no-repeat local,\
    linear-gradient(90deg,var(--shade),transparent) 0 0/.8rem 100% no-repeat,\
    linear-gradient(-90deg,var(--shade),transparent) 100% 0/.8rem 100% no-repeat} \
    figure svg .background{fill:none} \
    th:first-child,td:first-child{position:sticky;left:0;max-width:9rem;overflow-wrap:anywhere;\
    background:linear-gradient(var(--band),var(--band)),var(--paper)} \
    thead th:first-child,tbody tr:nth-child(odd) td:first-child{background:var(--paper)}}
    @media screen and (max-width:34rem){figure svg.page{display:none} \
    figure svg.phone{display:block} .cards,.cards tbody{display:block;width:100%} \
    .cards thead{display:none} \
    .cards tr{display:block;border:1px solid var(--rule);border-radius:.4rem;margin:.7rem 0;\
    padding:.3rem .2rem} \
    .cards tr td,.cards tr td.number,.cards tr td:first-child{display:block;overflow:hidden;\
    border:0;max-width:none;position:static;background:none;text-align:right;white-space:normal;\
    padding:.15rem .7rem;overflow-wrap:anywhere} \
    .cards tr td.long{text-align:left} .cards tr td.long::before{float:none;display:block} \
    .cards tr td:empty{display:none} \
    .cards td::before{content:attr(data-head);color:var(--faint);float:left;margin-right:1rem} \
    .cards td:first-child{font-weight:600}}
    @media print{
    @page{margin:15mm}
    body{font-size:10pt} main{max-width:none;padding:0} nav{display:none}
    .wide,figure{overflow:visible} figure svg{min-width:0}
    table{font-size:7.5pt} th,td{padding:.15rem .35rem;min-width:0}
    h2,h3,p:has(+.wide),p:has(+figure){break-after:avoid} tr,figure,li{break-inside:avoid} thead{display:table-header-group}
    }
    """
}
