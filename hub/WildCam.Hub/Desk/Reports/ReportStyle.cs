using WildCam.Hub.Desk.Charts;

namespace WildCam.Hub.Desk.Reports;

/// <summary>
/// The look of a report, which carries it inside: on paper black on white, a chart never torn over two pages.
/// </summary>
static class ReportStyle
{
    public const string Css =
        "html{font:15px/1.5 system-ui,sans-serif;color:#1D1F1B;background:#fff}"
        + "body{max-width:760px;margin:0 auto;padding:24px 16px}"
        + "h1{font-size:1.75rem;line-height:1.2;margin:0 0 4px}h2{font-size:1.25rem;margin:32px 0 8px}"
        + "h3{font-size:1rem;margin:24px 0 4px}p{margin:8px 0}.by{color:#53564E;font-size:.875rem}"
        + "i{font-style:italic}table{border-collapse:collapse;width:100%;font-size:.875rem;margin:8px 0}"
        + "th,td{text-align:left;padding:4px 8px 4px 0;border-bottom:1px solid #D8D8CF;vertical-align:top}"
        + "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
        + ".wide{overflow-x:auto}dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:8px 16px}"
        + "dt{color:#53564E;font-size:.875rem}dd{margin:0;font-size:1.25rem}svg{width:100%;height:auto}"
        + "svg a{cursor:pointer}" + ChartDrawing.Style
        + "@page{size:A4;margin:16mm}@media print{html{font-size:10pt}body{max-width:none;padding:0}"
        + ".wide{overflow:visible}"
        + "h2,h3{break-after:avoid}figure,svg,tr,dl{break-inside:avoid}thead{display:table-header-group}"
        + "a{color:inherit;text-decoration:none}}figure{margin:0}";
}
