import COpenSSL
import Foundation

/// The only script of a page: it sorts tables. The page is whole without it.
enum PageScript {
  /// Cells are sorted by what they are worth, whatever unit they are shown in; a last row of sums
  /// stays last, and a third click brings the first order back.
  static let text = """
    "use strict";
    const units={ms:1e-3,s:1,min:60,h:3600,d:86400,days:86400,million:1e6,billion:1e9};
    const worth=text=>{
    const found=/^([−-])?[<~≈]?\\$?([\\d,]*\\.?\\d+)\\s?([a-z]+)?/i.exec(text);
    return found&&parseFloat(found[2].replaceAll(",",""))*(units[found[3]]||1)*(found[1]?-1:1)};
    for(const table of document.querySelectorAll("table")){
    const body=table.tBodies[0],first=[...body.rows];
    if(first.length<3)continue;
    const isSum=/^(all|total|sum)\\b/i.test(first.at(-1).cells[0].textContent);
    const fixed=isSum?[first.at(-1)]:[];
    [...table.tHead.rows[0].cells].forEach((head,column)=>{
    head.tabIndex=0;head.title="Sort by this column";
    const sort=()=>{
    const next={none:"descending",descending:"ascending"}[head.getAttribute("aria-sort")||"none"];
    for(const other of head.parentNode.cells)other.removeAttribute("aria-sort");
    let rows=first.filter(row=>!fixed.includes(row));
    if(next){
    head.setAttribute("aria-sort",next);
    const sign=next==="ascending"?1:-1;
    const key=row=>{const text=row.cells[column].textContent.trim();
    return head.className==="number"?worth(text):text};
    rows=rows.map(row=>[key(row),row]).sort(([a],[b])=>
    a===b?0:a===null?1:b===null?-1:sign*(typeof a==="number"?a-b:a.localeCompare(b)))
    .map(pair=>pair[1])}
    body.append(...rows,...fixed)};
    head.addEventListener("click",sort);
    head.addEventListener("keydown",event=>{if(event.key==="Enter")sort()})})}
    """

  /// What the page's content policy allows: this script and no other.
  static let hash: String = {
    let bytes = Array(text.utf8)
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    _ = SHA256(bytes, bytes.count, &digest)
    return "sha256-" + Data(digest).base64EncodedString()
  }()
}
