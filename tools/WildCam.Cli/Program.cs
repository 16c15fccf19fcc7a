Console.WriteLine("wildcam");
