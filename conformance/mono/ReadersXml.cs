using System;
using System.Collections.Generic;
using System.Data;
using System.Globalization;
using System.Linq;
using System.ServiceModel.Syndication;
using System.Xml;
using System.Xml.Linq;

static partial class Readers {
    static void ByXmlDocument() {
        var x = new XmlDocument();
        x.Load(gateway.Get(Newest, AtomFeed));
        var names = new XmlNamespaceManager(x.NameTable);
        names.AddNamespace("m", m.NamespaceName);
        names.AddNamespace("d", d.NamespaceName);
        var rows = x.SelectNodes("//m:properties", names).Cast<XmlNode>().Select(p => p.SelectSingleNode("d:Date", names).InnerText + " " + p.SelectSingleNode("d:TotalAudioMinutes", names).InnerText);
        Checks.Same(newest.Select(r => r.Date.ToString("s") + " " + r.Audio), rows, "rows");
        Checks.Equal(60, x.SelectNodes("//m:properties/d:*", names).Count, "values");
    }

    /// As o365rwsclient reads: unprefixed entry, content as its last child, m:properties as the first of content, the prefix d: literally.
    static void ByPosition() {
        var x = new XmlDocument();
        x.Load(gateway.Get("CsP2PAVTimeDaily?$top=1000&$filter=((Date ge datetime'2026-11-15T11:00:00') and (Date lt datetime'2026-11-19T11:00:00'))", AtomFeed));
        var rows = x.GetElementsByTagName("entry").Cast<XmlNode>().Select(e => e.LastChild.FirstChild).ToList();
        Checks.True(rows.All(p => p.Name == "m:properties"), "m:properties where it is looked for");
        Checks.Same(newest.Where(r => r.Date >= new DateTime(2026, 11, 16) && r.Date < new DateTime(2026, 11, 20)).OrderBy(r => r.Date).Select(r => r.Date.ToString("s") + " " + r.Video),
            rows.Select(p => p["d:Date"].InnerText + " " + p["d:TotalVideoMinutes"].InnerText), "rows of the window");
    }

    static void ByXDocument() {
        var x = XDocument.Load(gateway.Get(Newest, AtomFeed, "application/atom+xml"));
        Checks.Same(newest, x.Root.Elements(atom + "entry").Select(e => Read(e.Element(atom + "content").Element(m + "properties"))), "rows");
        Checks.True(x.Descendants(d + "Date").All(e => e.Value.EndsWith("T00:00:00") && ((DateTime)e).Kind == DateTimeKind.Unspecified), "dates without a zone");
        Checks.Same(new[] { "ID", "Date", "TenantGuid", "TenantName", "TotalAudioMinutes", "TotalVideoMinutes" }, x.Descendants(m + "properties").First().Elements().Select(e => e.Name.LocalName), "properties in their order");
        Checks.Same(new[] { "Edm.Int64", "Edm.DateTime", "Edm.Guid", null, "Edm.Int64", "Edm.Int64" }, x.Descendants(m + "properties").First().Elements().Select(e => (string)e.Attribute(m + "type")), "their types");
    }

    static void PagesByXDocument() {
        foreach (var report in Gateway.Reports) {
            var rows = new List<Row>();
            var ids = new HashSet<string>();
            var pages = 0;
            for (var path = report + "?$inlinecount=allpages"; path != null; pages++) {
                var feed = XDocument.Load(gateway.Get(path, AtomFeed)).Root;
                foreach (var e in feed.Elements(atom + "entry")) Checks.True(ids.Add((string)e.Element(atom + "id")), "the id is no other row's");
                rows.AddRange(feed.Descendants(m + "properties").Select(Read));
                var next = feed.Elements(atom + "link").SingleOrDefault(l => (string)l.Attribute("rel") == "next");
                Checks.True(next == null || feed.Elements().Last() == next, "the next link ends the feed");
                path = next == null ? null : ((string)next.Attribute("href")).Substring(gateway.Root.Length);
                Checks.Equal(int.Parse(Text(report + "/$count", "text/plain;charset=utf-8")), (int)feed.Element(m + "count"), "m:count on page " + pages);
            }
            var json = gateway.Rows(report);
            Checks.Same(json, rows, report);
            Checks.Equal(json.Sum(r => r.Audio), rows.Sum(r => r.Audio), "minutes");
            Checks.Equal((rows.Count + Gateway.PageSize - 1) / Gateway.PageSize, pages, "pages of " + report);
        }
    }

    static void BySyndicationFeed() {
        var feed = SyndicationFeed.Load(XmlReader.Create(gateway.Get(Newest, AtomFeed)));
        Checks.Equal("CsP2PAVTimeDaily", feed.Title.Text, "title");
        Checks.Equal(gateway.Root + "CsP2PAVTimeDaily", feed.Id, "id of the feed");
        Checks.Contains(feed.BaseUri.OriginalString, "/ecp/ReportingWebService/Reporting.svc/", "base");
        Checks.Equal(10, feed.Items.Select(i => i.Id).Distinct().Count(), "ids");
        Checks.Same(newest, feed.Items.Select(i => Read(XElement.Load(((XmlSyndicationContent)i.Content).GetReaderAtContent().ReadSubtree()).Element(m + "properties"))), "rows");
        foreach (var item in feed.Items) CheckItem(item, feed.LastUpdatedTime);
    }

    static void CheckItem(SyndicationItem item, DateTimeOffset updated) {
        Checks.Equal("TenantReporting.CsP2PAVTimeReport", item.Categories.Single().Name, "category");
        Checks.Equal("http://schemas.microsoft.com/ado/2007/08/dataservices/scheme", item.Categories.Single().Scheme, "scheme");
        Checks.Equal("application/xml", item.Content.Type, "content type");
        Checks.Equal(updated, item.LastUpdatedTime, "updated");
        Checks.Equal(TimeSpan.Zero, item.LastUpdatedTime.Offset, "updated in UTC");
        Checks.Equal("edit", item.Links.Single().RelationshipType, "link");
        Checks.Equal("CsP2PAVTimeReport", item.Links.Single().Title, "title of the link");
        Checks.Equal(Uri.UnescapeDataString(item.Id), Uri.UnescapeDataString(item.Links.Single().GetAbsoluteUri().OriginalString), "the link leads to the id");
        Checks.True(Uri.IsWellFormedUriString(item.Id, UriKind.Absolute), "an absolute id");
    }

    static void BySyndicationItem() {
        var item = SyndicationItem.Load(XmlReader.Create(gateway.Get("CsP2PAVTimeDaily(datetime'2026-11-13T00:00:00')", "application/atom+xml;type=entry;charset=utf-8")));
        Checks.Equal(newest.Single(r => r.Date == new DateTime(2026, 11, 13)), Read(XElement.Load(((XmlSyndicationContent)item.Content).GetReaderAtContent().ReadSubtree()).Element(m + "properties")), "row");
        CheckItem(item, item.LastUpdatedTime);
    }

    static void ByDataSet() {
        var set = new DataSet();
        set.ReadXml(gateway.Get(Newest, AtomFeed));
        Checks.Equal(10, set.Tables["entry"].Rows.Count, "entries");
        Checks.Same(newest.Select(r => r.TenantName), set.Tables["properties"].Rows.Cast<DataRow>().Select(r => (string)r["TenantName"]), "names");
        Checks.Same(newest.Select(r => r.Audio.ToString()), set.Tables["TotalAudioMinutes"].Rows.Cast<DataRow>().Select(r => (string)r["TotalAudioMinutes_Text"]), "minutes");
        Checks.Same(newest.Select(r => r.Date.ToString("s")), set.Tables["Date"].Rows.Cast<DataRow>().Select(r => (string)r["Date_Text"]), "dates");
    }

    static void ByServiceDocument() {
        foreach (var accept in new[] { null, "*/*", "application/xml", "application/atomsvc+xml", "application/atomsvc+xml, application/xml;q=0.5" }) {
            // Written as application/xml unless only the other type is accepted or comes first.
            var type = accept != null && accept.StartsWith("application/atomsvc") ? "application/atomsvc+xml;charset=utf-8" : "application/xml;charset=utf-8";
            var service = ServiceDocument.Load(XmlReader.Create(gateway.Get("", type, accept)));
            var space = service.Workspaces.Single();
            Checks.Equal("Default", space.Title.Text, "workspace");
            Checks.Same(Gateway.Reports, space.Collections.Select(c => c.Title.Text), "reports");
            Checks.Same(Gateway.Reports, space.Collections.Select(c => c.Link.OriginalString), "links");
            Checks.Contains(service.BaseUri.OriginalString, "/ecp/ReportingWebService/Reporting.svc/", "base");
        }
    }

    /// As Microsoft's sample tools ask: no slash, no redirect followed, every href of the answer.
    static void RootWithoutSlash() {
        var request = (System.Net.HttpWebRequest)System.Net.WebRequest.Create(gateway.Root.TrimEnd('/'));
        request.Credentials = Gateway.Reader();
        request.AllowAutoRedirect = false;
        request.Headers["X-RWS-Version"] = "2013-V1";
        request.Headers["DataServiceVersion"] = "1.0";
        request.Headers["MaxDataServiceVersion"] = "2.0";
        using (var response = (System.Net.HttpWebResponse)request.GetResponse()) {
            Checks.Equal(200, (int)response.StatusCode, "status");
            var x = new XmlDocument();
            x.Load(response.GetResponseStream());
            Checks.Same(Gateway.Reports, x.SelectNodes("//@href").Cast<XmlNode>().Select(n => n.Value), "reports");
        }
    }

    static void Metadata() {
        var x = XDocument.Load(gateway.Get("$metadata", "application/xml;charset=utf-8"));
        XNamespace edm = "http://schemas.microsoft.com/ado/2009/11/edm";
        var type = x.Descendants(edm + "EntityType").Single();
        Checks.Equal("Date", (string)type.Element(edm + "Key").Element(edm + "PropertyRef").Attribute("Name"), "key");
        Checks.Same(new[] { "ID Edm.Int64 false", "Date Edm.DateTime false", "TenantGuid Edm.Guid false", "TenantName Edm.String ", "TotalAudioMinutes Edm.Int64 false", "TotalVideoMinutes Edm.Int64 false" },
            type.Elements(edm + "Property").Select(p => p.Attribute("Name").Value + " " + p.Attribute("Type").Value + " " + (string)p.Attribute("Nullable")), "properties");
        Checks.Same(Gateway.Reports.Select(r => r + " TenantReporting.CsP2PAVTimeReport"), x.Descendants(edm + "EntitySet").Select(s => s.Attribute("Name").Value + " " + s.Attribute("EntityType").Value), "sets");
        Checks.Equal("TenantReportingWebService", (string)x.Descendants(edm + "EntityContainer").Single().Attribute("Name"), "container");
    }
}
